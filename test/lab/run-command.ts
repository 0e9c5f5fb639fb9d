import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface CommandOptions {
  cwd?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Called for each line as it comes. */
  onStdoutLine?: (line: string) => void;
  onStderrLine?: (line: string) => void;
}

/**
 * Runs a command to its end and returns what it wrote to standard output.
 * @throws Error with the pasteable command, its exit code and the end of what it said.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const [stdout, stderr, [code, killedBy]] = await Promise.all([
    readLines(child.stdout, options.onStdoutLine),
    readLines(child.stderr, options.onStderrLine),
    ended,
  ]);
  if (code === 0) return stdout.join("\n");
  const outcome = killedBy ?? `exit code ${code ?? "unknown"}`;
  const said = (stderr.length > 0 ? stderr : stdout).slice(-20).join("\n");
  throw new Error(`${[command, ...args].join(" ")}: ${outcome}\n${said}`);
}

async function readLines(stream: Readable, onLine?: (line: string) => void): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface(stream)) {
    lines.push(line);
    onLine?.(line);
  }
  return lines;
}
