/**
 * One terraform process. It has a process group of its own, so that Ctrl-C at the terminal does not reach it: it gets
 * at most one SIGINT, from here, and is waited for. A second one, or a harder signal, makes it forget what it was
 * about to note.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { constants } from "node:os";
import { exitCodes, LkloadError } from "../../../errors.ts";
import { STDERR_BYTES, TailBuffer } from "../../../remote/tail-buffer.ts";

export type ChildOptions = {
  path: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
  /** Then it is interrupted, as by the signal. */
  timeoutMs: number;
  onLine: (line: string) => void;
  /** As soon as it runs. */
  onStart?: (pid: number) => void;
};

/** How long an interrupted terraform may take to put its state down. */
const interruptedMs = 120_000;

/** 128 + n when signal n ended it. `interrupted`: by us, for this reason. */
export type ChildResult = { exitCode: number; stderr: string; interrupted: "signal" | "timeout" | null };

/** @throws LkloadError when it can't be started, or goes on after it was interrupted. */
export async function runTerraform(options: ChildOptions): Promise<ChildResult> {
  options.signal.throwIfAborted();
  const { path, args, cwd, env } = options;
  const child = spawn(path, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const stderr = new TailBuffer(STDERR_BYTES);
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  createInterface(child.stdout).on("line", options.onLine);

  const { promise: stuck, reject } = Promise.withResolvers<never>();
  let interrupted: ChildResult["interrupted"] = null;
  let stuckTimer: NodeJS.Timeout | undefined;
  const interrupt = (reason: "signal" | "timeout") => {
    if (interrupted !== null) return;
    interrupted = reason;
    child.kill("SIGINT");
    stuckTimer = setTimeout(() => reject(stillRunning(child.pid)), interruptedMs);
  };
  const onAbort = () => interrupt("signal");
  options.signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => interrupt("timeout"), options.timeoutMs);
  try {
    const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
    const [code, signal] = await Promise.race([closed, stuck]);
    const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    return { exitCode, stderr: stderr.toString(), interrupted };
  } catch (error) {
    if (error instanceof LkloadError) throw error;
    throw new LkloadError(exitCodes.infrastructure, `${path} can't be started`, { cause: error });
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    clearTimeout(timer);
    clearTimeout(stuckTimer);
  }
}

function stillRunning(pid: number | undefined): LkloadError {
  const text = `terraform (process ${pid}) still runs ${interruptedMs / 1000} s after it was interrupted`;
  return new LkloadError(exitCodes.infrastructure, text, {
    hint: "let it end by itself, then run `lkload destroy`: ending it by force loses what it is about to note",
  });
}
