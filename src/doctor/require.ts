import { exitCodes, LkloadError } from "../errors.ts";
import { runChecks, type Check } from "./check.ts";

/**
 * For a run that begins only where all is well: the same checks, told in the same words as by `lkload doctor`.
 * @throws {LkloadError} exit 5 with all problems
 */
export async function requireChecks(checks: readonly Check[], signal: AbortSignal): Promise<void> {
  const problems = (await runChecks(checks, signal)).filter((result) => result.status === "problem");
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw new LkloadError(exitCodes.infrastructure, first.seen, { hint: first.remedy });
  const lines = problems.map(({ group, name, seen, remedy }) => `  ${group}, ${name}: ${seen}\n    → ${remedy}`);
  throw new LkloadError(
    exitCodes.infrastructure,
    `${problems.length} problems, nothing was made\n${lines.join("\n")}`,
    {
      hint: "`lkload doctor` looks at all of it again",
    },
  );
}
