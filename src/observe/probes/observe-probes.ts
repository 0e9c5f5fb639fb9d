/** Runs the probes in a process of their own, and records what they say. */
import type { ChildProcess } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { probeLineSchema, type ProbeLine } from "../../metrics/probes/lines.ts";
import { exitOf, startProbeProcess, tailOf } from "./child.ts";
import type { ProbeOrders } from "./orders.ts";

const mostCrashes = 3;
const restartAfterMs = 1000;
/** From the wish to stop until the process is ended. */
const stopLimitMs = 8000;

export type ProbesOptions = {
  orders: ProbeOrders;
  log: string;
  now: () => number;
  signal: AbortSignal;
  onLine: (line: ProbeLine) => void;
};

/** Until the signal is aborted. A process that crashes is told of, and started again; never throws for one. */
export async function observeProbes(options: ProbesOptions): Promise<void> {
  const { log, now, signal, onLine } = options;
  mkdirSync(dirname(log), { recursive: true });
  const record = (line: ProbeLine) => {
    appendFileSync(log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    onLine(line);
  };
  for (let crashes = 0; crashes < mostCrashes && !signal.aborted; crashes++) {
    const crash = await oneProcess(options.orders, record, signal);
    if (crash === null) return;
    const atMs = now();
    record({ schema: "lkload/probes", version: 1, atMs, kind: "end", outcome: "crashed", text: crash });
    await sleep(restartAfterMs, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns how it crashed, with the end of what it printed; null when it ended as it should */
async function oneProcess(
  orders: ProbeOrders,
  record: (line: ProbeLine) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const child = startProbeProcess();
  let done = false;
  const reading = (async () => {
    for await (const text of createInterface({ input: child.stdio[3] as Readable })) {
      const line = readLine(text);
      if (line?.kind === "end") done = true;
      if (line !== undefined) record(line);
    }
  })();
  const words = tailOf(child);
  const exited = exitOf(child);
  child.stdin?.on("error", () => undefined);
  child.stdin?.write(`${JSON.stringify(orders)}\n`);
  const stop = () => child.stdin?.end();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const end = await Promise.race([exited, endedBy(child, signal, exited)]);
  signal.removeEventListener("abort", stop);
  await reading;
  return done || end === "told to end" ? null : `${end}${words() === "" ? "" : `: ${words()}`}`;
}

async function endedBy(child: ChildProcess, signal: AbortSignal, exited: Promise<string>): Promise<string> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  const left = await Promise.race([exited.then(() => true), sleep(stopLimitMs, false, { ref: false })]);
  if (!left) child.kill("SIGKILL");
  await exited;
  return "told to end";
}

/** Undefined for what is no whole line: the last one of a process that crashed. */
function readLine(text: string): ProbeLine | undefined {
  try {
    return probeLineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
