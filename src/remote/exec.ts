/** One command from its input to its result, over whatever can {@link Remote.open} a process. */
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { quoteCommand } from "./quote.ts";
import { RemoteError, type ExecOptions, type ExecResult, type Remote } from "./remote.ts";

const DEFAULT_TIMEOUT_MS = 60_000;

/** {@link Remote.exec} in terms of {@link Remote.open}. */
export async function execOver(
  remote: Pick<Remote, "host" | "open">,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const command = quoteCommand(argv);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = new AbortController();
  const timer = timeoutMs > 0 ? setTimeout(() => timeout.abort(), timeoutMs) : undefined;
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  try {
    await using process = await remote.open(argv, { signal, become: options.become ?? false });
    const ended = Promise.all([process.done, collect(process.stdout, options.stdout)]);
    // A failing source ends the command; a source that is not read to its end because the command ended does not.
    const [end, stdout] = await Promise.race([ended, feed(process.stdin, options.stdin).then(() => ended)]);
    return { ...end, stdout };
  } catch (error) {
    // Ending a command tears its streams: whatever comes of that, the reason is the signal's.
    if (timeout.signal.aborted && signal.reason === timeout.signal.reason) {
      const message = `no end within ${timeoutMs / 1000} s: ${abbreviated(command)}`;
      throw new RemoteError("timeout", remote.host, message, { cause: error });
    }
    if (signal.aborted) throw new RemoteError("aborted", remote.host, "aborted", { cause: signal.reason });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A command line short enough for an error message. */
export function abbreviated(command: string): string {
  return command.length > 200 ? `${command.slice(0, 200)}…` : command;
}

async function collect(stdout: Readable, sink: ExecOptions["stdout"]): Promise<string> {
  if (sink === undefined) return Buffer.concat(await Array.fromAsync(stdout as AsyncIterable<Buffer>)).toString("utf8");
  if (typeof sink === "function") {
    for await (const chunk of stdout as AsyncIterable<Buffer>) sink(chunk);
  } else {
    await pipeline(stdout, sink);
  }
  return "";
}

async function feed(stdin: Writable, source: ExecOptions["stdin"]): Promise<void> {
  if (source === undefined || typeof source === "string") {
    stdin.end(source ?? "");
    return;
  }
  // The pipeline ends both sides with the error of one: which one was first tells whose it is.
  let first: "source" | "command" | undefined;
  source.once("error", () => (first ??= "source"));
  stdin.once("error", () => (first ??= "command"));
  stdin.once("close", () => (first ??= "command"));
  try {
    await pipeline(source, stdin);
  } catch (error) {
    if (first === "source") throw error;
  }
}
