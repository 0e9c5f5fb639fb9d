/** Running a program in this process's place: its terminal, its signals, its exit code. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Aborted at the first signal that asks this process to stop; further ones are left to {@link runForeground}. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of stopSignals) process.on(name, () => controller.abort(new Error(`interrupted by ${name}`)));
  return controller.signal;
}

/**
 * Runs a command to its end with this process's terminal.
 * @returns its exit code, 128 + n when signal n ended it.
 */
export async function runForeground(
  command: string,
  args: readonly string[],
  options: { env: Record<string, string> },
): Promise<number> {
  const child = spawn(command, args, {
    stdio: "inherit",
    // So that Ctrl-C reaches it once, from here, and not from the terminal as well: see scripts/with-node.mjs.
    detached: process.stdin.isTTY || process.stderr.isTTY,
    env: { ...process.env, ...options.env },
  });
  const forward = (name: NodeJS.Signals) => child.kill(name);
  for (const name of stopSignals) process.on(name, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    for (const name of stopSignals) process.off(name, forward);
  }
}
