/** Who is at work on a run: two lkloads must not drive or destroy the same run at once. */
import { rmSync } from "node:fs";
import { z } from "zod";
import { exitCodes, LkloadError } from "../errors.ts";
import { isSameProcess, processStart } from "../process-start.ts";
import { readJsonIfThere, writeJson } from "./store.ts";

const controllerSchema = z.strictObject({ pid: z.int(), started: z.string().nullable() });

/** The process id of the lkload that works on this run, if it is alive. */
export function liveController(path: string): number | null {
  const controller = readJsonIfThere(path, controllerSchema);
  return controller && isSameProcess(controller.pid, controller.started) ? controller.pid : null;
}

/** @throws {LkloadError} exit 2 when another lkload is at work on the run */
export function takeControl(path: string, pid: number, runId: string): Disposable {
  const other = liveController(path);
  if (other !== null && other !== pid) {
    throw new LkloadError(exitCodes.usage, `run ${runId} is being worked on by another lkload (process ${other})`, {
      hint: `end it there with Ctrl-C, or wait until it is done`,
    });
  }
  writeJson(path, { pid, started: processStart(pid) });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}
