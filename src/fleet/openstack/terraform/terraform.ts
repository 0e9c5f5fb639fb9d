/** Terraform in one folder, the run's own: the stack, its state, and nothing of anybody else. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, LkloadError } from "../../../errors.ts";
import { runTerraform, type ChildResult } from "./child.ts";
import type { TerraformBinary } from "./binary.ts";
import { forgetProcess, noteProcess } from "./earlier.ts";
import { terraformEnvironment } from "./environment.ts";
import { TerraformFailure } from "./failure.ts";
import { problemsOf } from "./problem.ts";
import { stateIds, stateInstances, type StateInstance } from "./state.ts";
import { parseTerraformLine, type Diagnostic, type TerraformEvent } from "./stream.ts";

export type TerraformOptions = {
  binary: TerraformBinary;
  /** Where `cdk.tf.json` is. */
  dir: string;
  /** See `cli-config.ts`. */
  cliConfigFile: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The state is not in this folder: terraform is asked for it. */
  remoteState?: boolean;
  /** Each event as it comes. */
  onEvent: (event: TerraformEvent) => void;
};

export type Call = { signal: AbortSignal; timeoutMs: number };
export type ParallelCall = Call & { parallelism: number };
export type PlannedResource = { address: string; kind: string; action: string };

/** As many operations at once as there are VMs: 10 at least, terraform's own default, and 100 at most. */
export function parallelismFor(vmCount: number): number {
  return Math.min(100, Math.max(10, vmCount));
}

export class Terraform {
  readonly #options: TerraformOptions;

  constructor(options: TerraformOptions) {
    this.#options = options;
  }

  /** Fetches the provider, or links to the one of the mirror. @throws LkloadError */
  async init(call: Call): Promise<void> {
    const said: string[] = [];
    const result = await this.#run(["init", "-input=false", "-no-color"], call, (line) => said.push(line));
    if (result.exitCode === 0) return;
    throw new LkloadError(exitCodes.infrastructure, `terraform init failed: ${plainReason(result, said)}`, {
      hint: "it needs a registry, or a mirror of the provider on this machine: see openstack.terraform.mirror",
    });
  }

  /** What an apply would make. Nothing is saved. @throws {TerraformFailure} */
  async plan(call: Call): Promise<PlannedResource[]> {
    const planned: PlannedResource[] = [];
    await this.#stream("plan", [], call, (event) => {
      if (event.type === "planned") planned.push({ address: event.address, kind: event.kind, action: event.action });
    });
    return planned;
  }

  /** @throws {TerraformFailure} after everything that does not depend on what failed has been made all the same */
  async apply(call: ParallelCall): Promise<void> {
    await this.#stream("apply", ["-auto-approve", `-parallelism=${call.parallelism}`], call);
  }

  /**
   * Deletes what the state knows. Its success says nothing of what the state does not know.
   * @throws {TerraformFailure}
   */
  async destroy(call: ParallelCall): Promise<void> {
    await this.#stream("destroy", ["-auto-approve", `-parallelism=${call.parallelism}`], call);
  }

  /** The stack's outputs, by name. Empty before an apply. @throws LkloadError */
  async outputs(call: Call): Promise<Record<string, unknown>> {
    const said: string[] = [];
    const result = await this.#run(["output", "-json", "-no-color"], call, (line) => said.push(line));
    if (result.exitCode !== 0) {
      throw new LkloadError(exitCodes.infrastructure, `terraform output failed: ${plainReason(result, said)}`);
    }
    const parsed = JSON.parse(said.join("\n")) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(parsed).map(([name, { value }]) => [name, value]));
  }

  /** The cloud's ids of what the state in this folder knows; none when there is no state. Without data sources. */
  async stateIds(): Promise<Set<string>> {
    return stateIds(await this.stateInstances());
  }

  /** How many resources the state in this folder knows; 0 when there is none. Data sources are not counted. */
  async stateCount(): Promise<number> {
    return (await this.stateInstances()).length;
  }

  /** Everything that the state knows but data sources. @throws LkloadError when a remote state can't be had */
  async stateInstances(): Promise<StateInstance[]> {
    return stateInstances(await (this.#options.remoteState === true ? this.#pullState() : this.#readState()));
  }

  async #readState(): Promise<string> {
    return readFile(join(this.#options.dir, "terraform.tfstate"), "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    });
  }

  async #pullState(): Promise<string> {
    // Before `init` there is none.
    if (!existsSync(join(this.#options.dir, ".terraform"))) return "";
    const said: string[] = [];
    const call = { signal: AbortSignal.timeout(stateMs), timeoutMs: stateMs };
    const result = await this.#run(["state", "pull"], call, (line) => said.push(line));
    if (result.exitCode === 0) return said.join("\n");
    throw new LkloadError(exitCodes.infrastructure, `terraform state pull failed: ${plainReason(result, said)}`);
  }

  async #stream(
    command: "plan" | "apply" | "destroy",
    args: readonly string[],
    call: Call,
    onEvent: (event: TerraformEvent) => void = () => undefined,
  ): Promise<void> {
    const diagnostics: Diagnostic[] = [];
    const result = await this.#run([command, "-json", "-input=false", ...args], call, (line) => {
      const event = parseTerraformLine(line);
      if (event === undefined) return;
      if (event.type === "diagnostic") diagnostics.push(event);
      onEvent(event);
      this.#options.onEvent(event);
    });
    if (result.exitCode === 0) return;
    if (result.interrupted === "signal") call.signal.throwIfAborted();
    const fallback =
      result.interrupted === "timeout"
        ? `interrupted after ${Math.round(call.timeoutMs / 1000)} s`
        : `exit code ${result.exitCode} ${result.stderr.trim().slice(-500)}`.trim();
    throw new TerraformFailure(command, problemsOf(diagnostics), fallback);
  }

  #run(args: readonly string[], call: Call, onLine: (line: string) => void): Promise<ChildResult> {
    const { binary, dir, env, cliConfigFile } = this.#options;
    const ran = runTerraform({
      path: binary.path,
      args,
      cwd: dir,
      env: terraformEnvironment(env, cliConfigFile),
      signal: call.signal,
      timeoutMs: call.timeoutMs,
      onLine,
      onStart: (pid) => noteProcess(dir, pid),
    });
    return ran.finally(() => forgetProcess(dir));
  }
}

const stateMs = 60_000;

/** What a command without `-json` says of its failure: the text after `Error:`, without the frame around it. */
function plainReason(result: ChildResult, said: readonly string[]): string {
  const text = [...said, result.stderr].join("\n").replaceAll(/^[│╷╵|]\s?/gm, "");
  const reason = /^\s*Error: (.*)/ms.exec(text)?.[1] ?? text;
  const words = reason
    .replaceAll(/\s+/g, " ")
    // Advice for those who write modules.
    .replace(/ To see which modules are currently depending on .*/, "")
    .trim()
    .slice(0, 600);
  return words === "" ? `exit code ${result.exitCode}` : words;
}
