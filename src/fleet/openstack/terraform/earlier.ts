/**
 * A terraform that outlived the lkload which started it: it has a process group of its own, so whatever killed lkload
 * did not reach it. Nothing is to be done about its resources before it has put down what it knows.
 */
import { rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { exitCodes, LkloadError } from "../../../errors.ts";
import { isSameProcess, processStart } from "../../../process-start.ts";

const schema = z.object({ pid: z.int(), started: z.string().nullable() });
const fileOf = (dir: string) => join(dir, "terraform-process.json");
const pollMs = 200;
const waitMs = 120_000;

/** To be called as soon as it runs. */
export function noteProcess(dir: string, pid: number): void {
  writeFileSync(fileOf(dir), JSON.stringify({ pid, started: processStart(pid) }));
}

export function forgetProcess(dir: string): void {
  rmSync(fileOf(dir), { force: true });
}

/**
 * Sends it one SIGINT and waits until it has ended. Nothing to do where there is none.
 * @throws LkloadError when it still runs after two minutes
 */
export async function endEarlierProcess(dir: string, signal: AbortSignal): Promise<void> {
  const text = await readFile(fileOf(dir), "utf8").catch(() => "");
  const noted = schema.safeParse(text === "" ? null : parseJson(text));
  if (!noted.success) return;
  const { pid, started } = noted.data;
  const deadline = performance.now() + waitMs;
  if (isSameProcess(pid, started)) kill(pid, "SIGINT");
  while (isSameProcess(pid, started)) {
    if (performance.now() > deadline) {
      const text = `the run's terraform (process ${pid}) still runs ${waitMs / 1000} s after it was interrupted`;
      throw new LkloadError(exitCodes.infrastructure, text, {
        hint: "wait until it has ended, then call `lkload destroy`",
      });
    }
    await delay(pollMs, undefined, { signal });
  }
  forgetProcess(dir);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
