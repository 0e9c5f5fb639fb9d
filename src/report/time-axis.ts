/** The one time axis of all charts: from the common start to the end of the load. */
import type { Result } from "../metrics/result.ts";
import { formatElapsed } from "./moment.ts";
import { timeStepMs } from "./scale.ts";

export interface TimeAxis {
  readonly fromMs: number;
  readonly toMs: number;
  /** Elapsed time counts from here: the common start, or the first sample where the start is unknown. */
  readonly zeroMs: number;
  readonly ticks: readonly { atMs: number; label: string }[];
}

/** Undefined when the result has no point in time to draw. */
export function timeAxis(result: Result): TimeAxis | undefined {
  const { startAtMs, endAtMs } = result.phases;
  let first = startAtMs ?? Infinity;
  let last = endAtMs ?? -Infinity;
  for (const { points } of result.series) {
    first = Math.min(first, points[0]?.[0] ?? Infinity);
    last = Math.max(last, points.at(-1)?.[0] ?? -Infinity);
  }
  if (!Number.isFinite(first) || !Number.isFinite(last) || last <= first) return undefined;
  const zeroMs = startAtMs ?? first;
  const step = timeStepMs(last - first, 6);
  const ticks = [];
  for (let atMs = zeroMs + Math.ceil((first - zeroMs) / step) * step; atMs <= last; atMs += step) {
    ticks.push({ atMs, label: formatElapsed(atMs - zeroMs) });
  }
  return { fromMs: first, toMs: last, zeroMs, ticks };
}

/** Where a time stands on the axis, 0 to 1. */
export function shareOf(axis: TimeAxis, atMs: number): number {
  return (atMs - axis.fromMs) / (axis.toMs - axis.fromMs);
}

export interface PhaseBand {
  readonly name: "ramp" | "settle" | "steady" | "drain";
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the load was doing when, as far as it is known. */
export function phaseBands({ phases }: Result, axis: TimeAxis): PhaseBand[] {
  const { startAtMs, rampEndAtMs, steady, endAtMs } = phases;
  const bands: PhaseBand[] = [];
  const add = (name: PhaseBand["name"], from: number | null | undefined, to: number | null | undefined) => {
    if (from === null || to === null || from === undefined || to === undefined) return;
    const fromMs = Math.max(from, axis.fromMs);
    const toMs = Math.min(to, axis.toMs);
    if (toMs > fromMs) bands.push({ name, fromMs, toMs });
  };
  const rampEnd =
    rampEndAtMs !== null && steady ? Math.min(rampEndAtMs, steady.fromMs) : (rampEndAtMs ?? steady?.fromMs);
  add("ramp", startAtMs, rampEnd);
  add("settle", rampEnd, steady?.fromMs);
  add("steady", steady?.fromMs, steady?.toMs);
  add("drain", steady?.toMs, endAtMs);
  return bands;
}
