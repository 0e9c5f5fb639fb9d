import type { Config } from "../config/schema.ts";
import { exitCodes } from "../errors.ts";
import { newRunId } from "../plan/run-id.ts";
import { planText } from "../report/plan-text.ts";
import { wantsColor } from "./color.ts";
import type { Invocation } from "./options.ts";
import { preparePlan } from "./prepare-plan.ts";
import type { System } from "./system.ts";

/**
 * `lkload plan`: who would do what, without doing anything. With `--json` the plan document itself. With `--check` the
 * cloud is asked whether it has what the plan names, and room for it: what it lacks is among the warnings, exit code 5.
 * @throws {LkloadError} exit code 2 where the configuration is wrong, names no fleet, or cannot be planned
 */
export async function planCommand(invocation: Invocation, system: System): Promise<number> {
  const runId = newRunId(system.now(), Math.random);
  const prepared = await preparePlan(invocation, system, { runId, needsTarget: false });
  const problems = invocation.options["check"] === true ? await askCloud(prepared.config, runId, system) : [];
  const plan = { ...prepared.plan, warnings: [...problems, ...prepared.plan.warnings] };
  const { stdout } = system;
  if (invocation.options["json"] === true) {
    stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  } else {
    stdout.write(planText(plan, { columns: stdout.columns, color: wantsColor(stdout, system) }));
  }
  return problems.length === 0 ? exitCodes.pass : exitCodes.infrastructure;
}

async function askCloud(config: Config, runId: string, system: System): Promise<string[]> {
  const { runChecks } = await import("../doctor/check.ts");
  const { openstackChecks } = await import("../doctor/openstack/openstack.ts");
  const settings = { ssh: config.ssh, env: system.env, home: system.home };
  const results = await runChecks(openstackChecks({ config, settings, cwd: system.cwd, runId }), system.interrupt);
  return results.flatMap((result) =>
    result.status === "problem" ? [`${result.group}, ${result.name}: ${result.seen} (${result.remedy})`] : [],
  );
}
