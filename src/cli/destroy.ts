import { exitCodes, LkloadError } from "../errors.ts";
import type { Teardown } from "../metrics/result.ts";
import { takeControl, liveController } from "../run/controller.ts";
import { destroy } from "../run/destroy.ts";
import { runFolder, type RunFolder } from "../run/folder.ts";
import { inPhase } from "../run/phase.ts";
import { findRun, listRunIds, summarise } from "../run/runs.ts";
import { resultSchema } from "../metrics/result.ts";
import { readJsonIfThere } from "../run/store.ts";
import { writeReports } from "../run/report.ts";
import { displayFor } from "./display/display.ts";
import { openRun } from "./open-run.ts";
import type { Invocation } from "./options.ts";
import { stateDirOf } from "./state-dir.ts";
import type { System } from "./system.ts";

/** `lkload destroy [RUN | --all]`: removes what runs still own. Safe to call again and again. */
export async function destroyCommand(invocation: Invocation, system: System): Promise<number> {
  const stateDir = await stateDirOf(invocation, system);
  const folders = chooseRuns(stateDir, invocation);
  const json = invocation.options["json"] === true;
  if (folders.length === 0) {
    if (!json) system.stderr.write(`No run in ${stateDir} owns anything: nothing to destroy.\n`);
    return exitCodes.pass;
  }
  let incomplete = 0;
  for (const folder of folders) {
    const pid = liveController(folder.controller);
    if (pid !== null && invocation.options["all"] === true) {
      system.stderr.write(`${folder.runId}: left alone, it is running (process ${pid})\n`);
      continue;
    }
    const teardown = await destroyOne(folder, invocation, system);
    if (!teardown.complete) incomplete++;
    if (json) continue;
    if (teardown.complete) system.stderr.write(`${folder.runId}: nothing left\n`);
    else {
      const left = teardown.leftovers.map((what) => `  ${what}\n`).join("");
      system.stderr.write(`${folder.runId}: not everything could be removed:\n${left}`);
    }
  }
  if (incomplete === 0) return exitCodes.pass;
  system.stderr.write("hint: mend what is named above and call `lkload destroy` again\n");
  return exitCodes.teardownIncomplete;
}

async function destroyOne(folder: RunFolder, invocation: Invocation, system: System): Promise<Teardown> {
  using resources = new DisposableStack();
  resources.use(takeControl(folder.controller, system.pid, folder.runId));
  const display = await displayFor(system, invocation.options["json"] === true);
  try {
    await using opened = await openRun(folder, invocation, system, (event) => display.show(event));
    const teardown = await inPhase(opened.context, "destroy", () =>
      destroy(opened.context, opened.hosts, system.interrupt),
    );
    const result = readJsonIfThere(folder.result, resultSchema);
    if (result) await writeReports(folder, result);
    return teardown;
  } finally {
    display.close();
  }
}

function chooseRuns(stateDir: string, invocation: Invocation): RunFolder[] {
  const [wanted] = invocation.args;
  if (wanted !== undefined && invocation.options["all"] === true) {
    throw new LkloadError(exitCodes.usage, "give a run or --all, not both");
  }
  if (wanted !== undefined) return [findRun(stateDir, wanted)];
  const owning = listRunIds(stateDir)
    .map((id) => runFolder(stateDir, id))
    .filter((folder) => {
      const { owned } = summarise(folder);
      return owned.hosts.length + owned.rooms.length + owned.clouds.length > 0;
    });
  if (invocation.options["all"] === true || owning.length <= 1) return owning;
  const names = owning.map((folder) => `  ${folder.runId}`).join("\n");
  throw new LkloadError(exitCodes.usage, `${owning.length} runs own something:\n${names}`, {
    hint: "name one of them, or destroy what all of them own with --all",
  });
}
