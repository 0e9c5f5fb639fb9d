/** One command in a channel of an SSH connection. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import type { ClientChannel } from "ssh2";
import { inputOf, outputOf } from "./channel-streams.ts";
import { abbreviated } from "./exec.ts";
import { quoteCommand } from "./quote.ts";
import { RemoteError, type RemoteProcess } from "./remote.ts";
import { STDERR_BYTES, TailBuffer } from "./tail-buffer.ts";

/**
 * sshd makes each command the leader of a process group, and `exec` keeps it so for the command itself: its id, told
 * on standard error before the command begins, is what it can be ended by. Closing the channel would only close its
 * pipes, and sshd delivers signals only for some users. On standard output too a line tells where the command's own
 * begins: login shells read ~/.bashrc, and some print.
 */
const WRAPPER = `LC_ALL=C; export LC_ALL; echo "$0"; echo "$0 $$" >&2; exec "$@"`;

export type WrappedCommand = { line: string; marker: string };

/** @throws {TypeError} see {@link quoteCommand} */
export function wrapCommand(argv: readonly string[], sudo: boolean): WrappedCommand {
  const marker = `lkload-${randomBytes(8).toString("hex")}`;
  const words = ["sh", "-c", WRAPPER, marker, ...(sudo ? ["sudo", "-n", "--"] : []), ...argv];
  return { line: `exec ${quoteCommand(words)}`, marker };
}

export type ProcessContext = {
  host: string;
  argv: readonly string[];
  marker: string;
  signal: AbortSignal | undefined;
  /** Ends the process group on the host. */
  endGroup(groupId: number): Promise<void>;
  /** The connection can't be used any more. */
  abandon(): void;
};

/** How long a command may take to begin before its end is given up on. */
const START_TIMEOUT_MS = 5000;
const CLOSE_TIMEOUT_MS = 2000;

export class SshProcess implements RemoteProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly done: RemoteProcess["done"];
  readonly #channel: ClientChannel;
  readonly #context: ProcessContext;
  readonly #stderr = new TailBuffer(STDERR_BYTES);
  readonly #groupId = Promise.withResolvers<number>();
  readonly #closed: Promise<unknown>;
  #exitCode: number | undefined;
  #killing: Promise<void> | undefined;

  constructor(channel: ClientChannel, context: ProcessContext) {
    this.#channel = channel;
    this.#context = context;
    this.#groupId.promise.catch(() => undefined);
    this.#closed = once(channel, "close");
    channel.on("exit", (code: number | null, signal?: string) => (this.#exitCode = exitCodeOf(code, signal)));
    this.#readStderr();
    this.stdout = outputOf(channel, context.marker);
    this.stdin = inputOf(channel);
    this.done = this.#run();
    // Whoever waits for it sees the failure; nobody has to.
    this.done.catch(() => undefined);
  }

  kill(): Promise<void> {
    return (this.#killing ??= this.#end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #run(): Promise<Awaited<RemoteProcess["done"]>> {
    const { host, argv, signal } = this.#context;
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => void this.kill().then(aborted.resolve, aborted.reject);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      await Promise.race([this.#closed, aborted.promise]);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    this.#groupId.reject(new Error("ended"));
    if (signal?.aborted && this.#killing !== undefined) {
      throw new RemoteError("aborted", host, "aborted", { cause: signal.reason });
    }
    const stderr = this.#stderr.toString();
    const started = await this.#groupId.promise.then(() => true).catch(() => false);
    if (!started && this.#exitCode !== undefined) throw notRun(host, this.#exitCode, stderr);
    if (this.#exitCode === undefined) {
      const command = abbreviated(quoteCommand(argv));
      throw new RemoteError("connection", host, `the connection was lost during: ${command}`, {
        hint: "what the command was doing may be done, half done, or still going on",
      });
    }
    return { exitCode: this.#exitCode, stderr };
  }

  /** What a login script says before the wrapper's line counts only where the command was not begun: it may be why. */
  #readStderr(): void {
    const line = new RegExp(`${this.#context.marker} (\\d+)\\n`);
    let before: string | undefined = "";
    this.#channel.stderr.on("data", (chunk: Buffer) => {
      if (before === undefined) {
        this.#stderr.push(chunk);
        return;
      }
      before += chunk.toString("latin1");
      const match = line.exec(before);
      if (match === null) return;
      this.#groupId.resolve(Number(match[1]));
      this.#stderr.push(Buffer.from(before.slice(match.index + match[0].length), "latin1"));
      before = undefined;
    });
    this.#channel.stderr.once("end", () => {
      if (before !== undefined) this.#stderr.push(Buffer.from(before, "latin1"));
    });
  }

  async #end(): Promise<void> {
    const channel = this.#channel;
    // Without a reader the channel would never close.
    this.stdout.destroy();
    const gone = () => this.#closed.then(() => true);
    if (this.#exitCode === undefined) {
      const groupId = await Promise.race([this.#groupId.promise, this.#closed, after(START_TIMEOUT_MS)]).catch(
        () => null,
      );
      if (typeof groupId === "number") await this.#context.endGroup(groupId);
    } else if (!(await Promise.race([gone(), after(0)]))) {
      // It has ended itself, and something that it started holds the pipes.
      const groupId = await this.#groupId.promise.catch(() => null);
      if (groupId !== null) await this.#context.endGroup(groupId);
    }
    // What has left the process group may still hold the pipes.
    channel.close();
    if (!(await Promise.race([gone(), after(CLOSE_TIMEOUT_MS)]))) this.#context.abandon();
    this.stdin.destroy();
  }
}

/** 128 + n for signal n, as shells have it; sshd says `exit-signal` for a command that died of one. */
function exitCodeOf(code: number | null, signal: string | undefined): number {
  if (code !== null) return code;
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

function notRun(host: string, exitCode: number, said: string): RemoteError {
  const message = `the login shell did not run the command (exit code ${exitCode}): ${said.trim()}`;
  return new RemoteError("refused", host, message, {
    hint: "the user needs a POSIX login shell, and a key without a forced command",
  });
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(resolve, ms, undefined).unref());
}
