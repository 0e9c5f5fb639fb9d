/** The one time axis of all charts: from the common start to the end of the load. */
import type { Result, Series } from "../metrics/result.ts";
import { formatElapsed } from "./moment.ts";
import { timeStepMs } from "./scale.ts";

export interface TimeAxis {
  readonly fromMs: number;
  readonly toMs: number;
  /** Elapsed time counts from here: the common start, or the first sample where the start is unknown. */
  readonly zeroMs: number;
  readonly ticks: readonly { atMs: number; label: string }[];
}

/** Samples up to this share of the load before its start and after its end are drawn. */
const marginShare = 0.05;

/** Undefined when the result has no point in time to draw. */
export function timeAxis(result: Result): TimeAxis | undefined {
  const { startAtMs, endAtMs } = result.phases;
  let first = Infinity;
  let last = -Infinity;
  for (const { points } of result.series) {
    first = Math.min(first, points[0]?.[0] ?? Infinity);
    last = Math.max(last, points.at(-1)?.[0] ?? -Infinity);
  }
  if (startAtMs !== null && endAtMs !== null) {
    // The last look at the server comes long after the load: it must not squeeze the load into a corner.
    const reachMs = (endAtMs - startAtMs) * marginShare;
    first = Math.min(startAtMs, Math.max(first, startAtMs - reachMs));
    last = Math.max(endAtMs, Math.min(last, endAtMs + reachMs));
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

/** The samples that the axis reaches; all of them are in samples.csv. */
export function within(axis: TimeAxis, points: Series["points"]): Series["points"] {
  return points.filter(([atMs]) => atMs >= axis.fromMs && atMs <= axis.toMs);
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
    // A band too thin to see would only fill the legend.
    if (toMs - fromMs > (axis.toMs - axis.fromMs) * 0.002) bands.push({ name, fromMs, toMs });
  };
  const rampEnd =
    rampEndAtMs !== null && steady ? Math.min(rampEndAtMs, steady.fromMs) : (rampEndAtMs ?? steady?.fromMs);
  add("ramp", startAtMs, rampEnd);
  add("settle", rampEnd, steady?.fromMs);
  add("steady", steady?.fromMs, steady?.toMs);
  add("drain", steady?.toMs, endAtMs);
  return bands;
}
