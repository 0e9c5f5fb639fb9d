/** This machine as a host: child processes, no shell, no SSH. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { constants, userInfo } from "node:os";
import type { Readable, Writable } from "node:stream";
import { execOver } from "./exec.ts";
import { END_GROUP_TIMEOUT_MS, endGroupCommand } from "./process-group.ts";
import { checkArgv } from "./quote.ts";
import { RemoteError, type ExecOptions, type ExecResult } from "./remote.ts";
import type { OpenOptions, Remote, RemoteProcess } from "./remote.ts";
import { STDERR_BYTES, TailBuffer } from "./tail-buffer.ts";

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Opens this machine under the given name; `sudo -n` is tried when `become` allows it. */
export async function openLocal(
  host: string,
  options: { become: "auto" | "sudo" | "none"; signal: AbortSignal },
): Promise<Remote> {
  options.signal.throwIfAborted();
  if (userInfo().uid === 0) return new LocalRemote(host, "root");
  const plain = new LocalRemote(host, "no");
  if (options.become === "none") return plain;
  const probe = await plain.exec(["sudo", "-n", "true"], { signal: options.signal, timeoutMs: 10_000 });
  if (probe.exitCode === 0) return new LocalRemote(host, "sudo");
  if (options.become === "auto") return plain;
  throw new RemoteError("refused", host, `sudo -n does not work for user ${userInfo().username}`, {
    hint: "allow it without a password in sudoers, or set ssh.become to auto or none",
  });
}

class LocalRemote implements Remote {
  readonly host: string;
  readonly privileged: Remote["privileged"];
  readonly #running = new Set<RemoteProcess>();
  #closed = false;

  constructor(host: string, privileged: Remote["privileged"]) {
    this.host = host;
    this.privileged = privileged;
  }

  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    return execOver(this, argv, options);
  }

  async open(argv: readonly string[], options: OpenOptions = {}): Promise<RemoteProcess> {
    checkArgv(argv);
    if (options.signal?.aborted) throw this.#aborted(options.signal);
    if (this.#closed) throw new RemoteError("connection", this.host, "closed");
    const sudo = options.become === true && this.privileged === "sudo";
    // env(1) instead of the option: the rest of the environment passes through without being read here.
    const args = ["LC_ALL=C", ...(sudo ? ["sudo", "-n", "--"] : []), ...argv];
    // Detached: a process group of its own, so that its end takes along everything that it started.
    const child = spawn("env", args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const failed = once(child, "error").then(([error]) => error as Error);
    const spawned = await Promise.race([once(child, "spawn"), failed]);
    if (spawned instanceof Error) {
      throw new RemoteError("command", this.host, `can't start ${argv[0]}: ${spawned.message}`, { cause: spawned });
    }
    const running = this.#follow(child, sudo ? "sudo" : "no", options.signal);
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.done.then(forget, forget);
    return running;
  }

  #follow(child: Child, asRoot: "sudo" | "no", signal: AbortSignal | undefined): RemoteProcess {
    const stderr = new TailBuffer(STDERR_BYTES);
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A command that does not read its input to the end is nothing to report.
    child.stdin.on("error", () => undefined);
    const closed = once(child, "close");
    let killing: Promise<void> | undefined;
    const kill = () => (killing ??= endTree(child, asRoot, closed));
    const done = (async () => {
      const aborted = Promise.withResolvers<void>();
      const onAbort = () => void kill().then(aborted.resolve, aborted.reject);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      try {
        await Promise.race([closed, aborted.promise]);
      } finally {
        signal?.removeEventListener("abort", onAbort);
      }
      if (signal?.aborted && killing !== undefined) throw this.#aborted(signal);
      return { exitCode: exitCodeOf(child), stderr: stderr.toString() };
    })();
    // Whoever waits for it sees the failure; nobody has to.
    done.catch(() => undefined);
    return { stdin: child.stdin, stdout: child.stdout, done, kill, [Symbol.asyncDispose]: kill };
  }

  #aborted(signal: AbortSignal): RemoteError {
    return new RemoteError("aborted", this.host, "aborted", { cause: signal.reason });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running].map((running) => running.kill()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** 128 + n for signal n, as shells have it. */
function exitCodeOf(child: Child): number {
  return child.exitCode ?? 128 + (child.signalCode === null ? 0 : constants.signals[child.signalCode]);
}

async function endTree(child: Child, asRoot: "sudo" | "no", closed: Promise<unknown>): Promise<void> {
  const outputOpen = !child.stdout.closed || !child.stderr.closed;
  const ended = child.exitCode !== null || child.signalCode !== null;
  if (child.pid === undefined || (ended && !outputOpen)) return;
  const [command = "", ...args] = endGroupCommand(child.pid, asRoot);
  const killer = spawn(command, args, { stdio: "ignore", timeout: END_GROUP_TIMEOUT_MS });
  await Promise.race([once(killer, "close"), once(killer, "error")]);
  // Nobody reads any more, and what left the process group may hold the pipes open.
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  await closed;
}
