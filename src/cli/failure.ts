/** How failures are told: known ones in a line and a hint, unknown ones with their stack. */
import { styleText } from "node:util";
import { ConfigError } from "../config/problem.ts";
import { exitCodes, LkloadError, type ExitCode } from "../errors.ts";
import { RemoteError } from "../remote/remote.ts";
import { wantsColor } from "./color.ts";
import { Interrupted, type System } from "./system.ts";

/** What to print about a failure, without the last newline. */
export function failureText(error: unknown, options: { columns?: number; color?: boolean } = {}): string {
  const cause = rootOf(error);
  const label = options.color === true ? styleText(["red", "bold"], "lkload:", { validateStream: false }) : "lkload:";
  if (cause instanceof ConfigError) {
    const hint = cause.hint === undefined ? "" : `\n\nhint: ${cause.hint}`;
    return `${label} ${cause.format(options.columns ?? 80)}${hint}`;
  }
  if (cause instanceof LkloadError || cause instanceof RemoteError) {
    return `${label} ${cause.message}${cause.hint === undefined ? "" : `\nhint: ${cause.hint}`}`;
  }
  if (cause instanceof Interrupted) return `${label} ${cause.message}`;
  return `${label} this is a bug in lkload\n${stackOf(cause)}`;
}

/** The exit code that belongs to a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  const cause = rootOf(error);
  if (cause instanceof LkloadError) return cause.exitCode;
  if (cause instanceof Interrupted) return exitCodes.interrupted;
  return cause instanceof RemoteError ? exitCodes.infrastructure : exitCodes.bug;
}

/** Tells it on standard error. @returns its exit code */
export function tellFailure(error: unknown, system: System): ExitCode {
  const color = wantsColor(system.stderr, system);
  system.stderr.write(`${failureText(error, { columns: system.stderr.columns, color })}\n`);
  return exitCodeOf(error);
}

/** What failed first: where cleaning up failed as well, `.suppressed` is the real cause. */
function rootOf(error: unknown): unknown {
  if (error instanceof SuppressedError) return rootOf(error.suppressed);
  const aborted = error instanceof Error && error.name === "AbortError" && error.cause instanceof Interrupted;
  return aborted ? error.cause : error;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" ? error : JSON.stringify(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(error.cause)}`;
}
