/** The real `lkload` command in a process of its own, as users and CI jobs run it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Of the run that was started there, the only one. @throws Error when there is none */
export function runFolderIn(cwd: string): string {
  const [dir] = globSync(join(cwd, ".lkload/runs/*"));
  if (dir === undefined) throw new Error("no run folder");
  return dir;
}

export type LkloadOptions = {
  cwd: string;
  env?: Readonly<Record<string, string>>;
  /** The network namespace that it runs in. Needs root. */
  namespace?: string;
};

export class Lkload implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], options: LkloadOptions) {
    // Nothing of the developer's own environment may decide a test: only what is needed to find programs.
    const { PATH = "", HOME = "", TMPDIR } = process.env;
    const env = { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...options.env };
    // `ip` becomes the command: signals reach it.
    const inside = options.namespace === undefined ? [] : ["ip", "netns", "exec", options.namespace];
    const [file = "", ...rest] = [...inside, process.execPath, main, ...args];
    this.#child = spawn(file, rest, {
      cwd: options.cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#child, "close");
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The exit code; 128 + n when the process died of signal n. */
  async exit(): Promise<number> {
    await this.#closed;
    return this.#child.exitCode ?? (this.#child.signalCode === "SIGKILL" ? 137 : 128);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until standard error has what is looked for. @throws when the command ends, or the time passes, without it */
  async until(pattern: RegExp, seconds = 120): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (pattern.test(this.stderr)) resolve();
    };
    const timer = setTimeout(
      () => reject(new Error(`no ${pattern} within ${seconds} s:\n${this.stderr}`)),
      seconds * 1000,
    );
    this.#child.stderr?.on("data", look);
    void this.#closed.then(() => reject(new Error(`ended without ${pattern}:\n${this.stderr}${this.stdout}`)));
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#child.stderr?.off("data", look);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    await this.#closed;
  }
}

/** Runs it to its end. */
export async function lkload(
  args: readonly string[],
  options: LkloadOptions,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  await using command = new Lkload(args, options);
  const exitCode = await command.exit();
  return { exitCode, stdout: command.stdout, stderr: command.stderr };
}
