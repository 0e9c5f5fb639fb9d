import { durationWords, parseDurationMs } from "../config/duration.ts";
import { ConfigError, type ConfigProblem } from "../config/problem.ts";
import { exitCodes } from "../errors.ts";
import type { GcCriteria } from "../fleet/openstack/inventory.ts";
import type { SweepEvent } from "../fleet/openstack/sweep.ts";
import { visibleText } from "../report/visible-text.ts";
import { gcText } from "./gc-text.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

/**
 * `lkload gc`: finds what runs have left in a cloud, by the cloud's truth alone, and deletes it with `--yes`.
 * @returns exit code 6 when something is left that should be gone
 */
export async function gcCommand(invocation: Invocation, system: System): Promise<number> {
  const acts = invocation.options["yes"] === true;
  const criteria = readCriteria(invocation, system.now());
  const { collectGarbage } = await import("../fleet/openstack/collect-garbage.ts");
  const { gcDocument } = await import("../fleet/openstack/gc-document.ts");
  const { findCredentials } = await import("../fleet/openstack/rest/find-credentials.ts");
  const { Cloud } = await import("../fleet/openstack/rest/cloud.ts");

  const { env, home, cwd, interrupt: signal } = system;
  const { cloud: cloudName, region, json } = invocation.options;
  const credentials = await findCredentials(typeof cloudName === "string" ? cloudName : null, { env, home, cwd });
  const cloud = await Cloud.connect(typeof region === "string" ? { ...credentials, region } : credentials, signal);
  const onEvent = (event: SweepEvent) => {
    if (event.type === "refused") return;
    system.stderr.write(`${event.type} ${event.found.kind} ${visibleText(event.found.name || event.found.id)}\n`);
  };
  const garbage = await collectGarbage({ cloud, criteria, acts, signal, onEvent });
  const document = gcDocument(garbage, {
    lookedAtMs: system.now(),
    source: cloud.source,
    project: cloud.projectName,
    acted: acts,
  });
  if (json === true) system.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else system.stdout.write(gcText(document, { columns: system.stdout.columns }));
  return acts && document.left.length > 0 ? exitCodes.teardownIncomplete : exitCodes.pass;
}

/** @throws {ConfigError} exit code 2 */
function readCriteria({ args, options }: Invocation, nowMs: number): GcCriteria {
  const [runId] = args;
  const { all, expired, olderThan, yes, dryRun } = options;
  const problems: ConfigProblem[] = [];
  const selects = runId !== undefined || expired === true || olderThan !== undefined;
  if (yes === true && dryRun === true) problems.push({ where: "--yes", problem: "stands beside --dry-run" });
  if (all === true && selects) problems.push({ where: "--all", problem: "stands beside what selects some" });
  if (yes === true && all !== true && !selects) {
    const problem = "needs to know of which runs: --expired, --older-than TIME, a run's id, or --all";
    problems.push({ where: "--yes", problem });
  }
  const ageMs = typeof olderThan === "string" ? parseDurationMs(olderThan) : undefined;
  if (typeof olderThan === "string" && ageMs === undefined) {
    problems.push({ where: "--older-than", given: olderThan, problem: `must be ${durationWords}` });
  }
  if (problems.length > 0) throw new ConfigError(problems, { hint: "without --yes nothing is deleted, only shown" });
  return {
    ...(runId === undefined ? {} : { runId }),
    ...(expired === true ? { expiredAtMs: nowMs } : {}),
    ...(ageMs === undefined ? {} : { createdBeforeMs: nowMs - ageMs }),
  };
}
