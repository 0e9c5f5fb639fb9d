/** One program of the control plane as a plain process, ended by its own id. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

export class Part implements AsyncDisposable {
  readonly #command: readonly string[];
  readonly #logFile: string;
  #child: ChildProcess | undefined;

  constructor(command: readonly string[], logFile: string) {
    this.#command = command;
    this.#logFile = logFile;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    await using log = await open(this.#logFile, "a");
    // The kernel ends it together with the process that started it, even if that one is killed.
    const args = ["--pdeathsig", "KILL", ...this.#command];
    const env = { PATH: process.env["PATH"] ?? "", GOGC: "100" };
    this.#child = spawn("setpriv", args, { stdio: ["ignore", log.fd, log.fd], env });
    await once(this.#child, "spawn");
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    const exited = once(child, "exit").then(() => true);
    for (const [name, waitMs] of [
      ["SIGTERM", 5000],
      ["SIGKILL", 10_000],
    ] as const) {
      child.kill(name);
      if (await Promise.race([exited, delay(waitMs, false, { ref: false })])) return;
    }
    throw new Error(`${this.#command[0]} (process ${child.pid}) does not end`);
  }

  /** The end of what it said. */
  async tail(): Promise<string> {
    const text = await readFile(this.#logFile, "utf8").catch(() => "");
    return text.split("\n").slice(-6).join("\n");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
