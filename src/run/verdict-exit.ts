import { exitCodes, type ExitCode } from "../errors.ts";
import type { Result } from "../metrics/result.ts";

/** The exit code of a run that came to a verdict. */
export const verdictExitCodes: Readonly<Record<Result["verdict"]["status"], ExitCode>> = {
  pass: exitCodes.pass,
  fail: exitCodes.thresholdsFailed,
  invalid: exitCodes.invalid,
};
