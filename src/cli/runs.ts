import { exitCodes } from "../errors.ts";
import { runFolder } from "../run/folder.ts";
import { listRunIds, summarise, type RunSummary } from "../run/runs.ts";
import type { Invocation } from "./options.ts";
import { stateDirOf } from "./state-dir.ts";
import type { System } from "./system.ts";

/** `lkload runs`: every run in the state folder, newest last, and what each still owns. */
export async function runsCommand(invocation: Invocation, system: System): Promise<number> {
  const stateDir = await stateDirOf(invocation, system);
  const runs = listRunIds(stateDir).map((id) => summarise(runFolder(stateDir, id)));
  if (invocation.options["json"] === true) {
    system.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
    return exitCodes.pass;
  }
  if (runs.length === 0) {
    system.stderr.write(`No runs in ${stateDir}.\n`);
    return exitCodes.pass;
  }
  const width = Math.max(...runs.map((run) => run.runId.length));
  system.stdout.write(`${"run".padEnd(width)}  ${"state".padEnd(10)}  ${"verdict".padEnd(7)}  owns\n`);
  for (const run of runs) {
    system.stdout.write(
      `${run.runId.padEnd(width)}  ${run.state.padEnd(10)}  ${(run.verdict ?? "–").padEnd(7)}  ${owns(run)}\n`,
    );
  }
  if (runs.some((run) => run.state !== "running" && owns(run) !== "nothing")) {
    system.stderr.write("`lkload destroy RUN` removes what a run owns.\n");
  }
  return exitCodes.pass;
}

function owns({ owned }: RunSummary): string {
  const parts: string[] = [];
  for (const { where, resources } of owned.clouds) {
    const things = resources.map(({ kind, count }) => `${count} ${count === 1 ? kind : `${kind}s`}`);
    parts.push(`up to ${things.join(", ")} in ${where}`);
  }
  // What is on a VM goes with it.
  if (owned.clouds.length === 0 && owned.hosts.length > 0) parts.push(`files and settings on ${listed(owned.hosts)}`);
  if (owned.rooms.length > 0) parts.push(`${owned.rooms.length} ${owned.rooms.length === 1 ? "room" : "rooms"}`);
  return parts.join(", ") || "nothing";
}

function listed(names: string[]): string {
  return names.length > 3 ? `${names.length} hosts (${names.slice(0, 2).join(", ")}, …)` : names.join(", ");
}
