import { exitCodes, type ExitCode } from "../errors.ts";
import type { Result } from "../metrics/result.ts";

export function verdictExitCode(result: Result): ExitCode {
  switch (result.verdict.status) {
    case "pass":
      return exitCodes.pass;
    case "fail":
      return exitCodes.thresholdsFailed;
    case "invalid":
      return exitCodes.invalid;
  }
}
