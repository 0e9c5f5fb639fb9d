import { spawn } from "node:child_process";
import { once } from "node:events";

export type Timed = { durationMs: number; stdout: string };

/**
 * Runs a program to its end and times it from before its start to its exit, output included.
 * @throws Error with the pasteable command and the end of what it said, when it does not exit with 0
 */
export async function timedChild(
  command: string,
  args: readonly string[],
  options: { signal: AbortSignal; env?: Record<string, string>; cwd?: string },
): Promise<Timed> {
  options.signal.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    signal: options.signal,
    killSignal: "SIGTERM",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const [code, killedBy] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const durationMs = performance.now() - startedAt;
  const stdout = Buffer.concat(out).toString();
  if (code === 0) return { durationMs, stdout };
  const said = `${stdout}\n${Buffer.concat(err).toString()}`.trim().split("\n").slice(-30).join("\n");
  throw new Error(`${[command, ...args].join(" ")}: ${killedBy ?? `exit code ${code ?? "unknown"}`}\n${said}`);
}
