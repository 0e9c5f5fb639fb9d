import { exitCodes } from "../errors.ts";
import { newRunId } from "../plan/run-id.ts";
import { planText } from "../report/plan-text.ts";
import { wantsColor } from "./color.ts";
import type { Invocation } from "./options.ts";
import { preparePlan } from "./prepare-plan.ts";
import type { System } from "./system.ts";

/**
 * `lkload plan`: who would do what, without doing anything. With `--json` the plan document itself.
 * @throws {LkloadError} exit code 2 where the configuration is wrong, names no fleet, or cannot be planned
 */
export async function planCommand(invocation: Invocation, system: System): Promise<number> {
  const runId = newRunId(system.now(), Math.random);
  const { plan } = await preparePlan(invocation, system, { runId, needsTarget: false });
  const { stdout } = system;
  if (invocation.options["json"] === true) {
    stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  } else {
    stdout.write(planText(plan, { columns: stdout.columns, color: wantsColor(stdout, system) }));
  }
  return exitCodes.pass;
}
