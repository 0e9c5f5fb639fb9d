/** Who is at work on a run: two lkloads must not drive or destroy the same run at once. */
import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { exitCodes, LkloadError } from "../errors.ts";
import { readJsonIfThere, writeJson } from "./store.ts";

const controllerSchema = z.strictObject({ pid: z.int(), started: z.string().nullable() });

/**
 * Process ids are used again: the start time tells two processes apart. Null where there is no such process, or one
 * that has ended and was not waited for (as in a container without an init).
 */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function isAlive(pid: number, started: string | null): boolean {
  const now = startOf(pid);
  return now !== null && now === started;
}

/** The process id of the lkload that works on this run, if it is alive. */
export function liveController(path: string): number | null {
  const controller = readJsonIfThere(path, controllerSchema);
  return controller && isAlive(controller.pid, controller.started) ? controller.pid : null;
}

/** @throws {LkloadError} exit 2 when another lkload is at work on the run */
export function takeControl(path: string, pid: number, runId: string): Disposable {
  const other = liveController(path);
  if (other !== null && other !== pid) {
    throw new LkloadError(exitCodes.usage, `run ${runId} is being worked on by another lkload (process ${other})`, {
      hint: `end it there with Ctrl-C, or wait until it is done`,
    });
  }
  writeJson(path, { pid, started: startOf(pid) });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}
