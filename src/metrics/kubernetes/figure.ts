import type { TimeRange } from "../window.ts";
import type { KubernetesFigure } from "./result.ts";

export type Point = { atMs: number; value: number };

/** Peak and mean of the points in the time. */
export function figureOf(
  points: readonly Point[],
  range: TimeRange,
  about: Pick<KubernetesFigure, "source" | "unit"> & { reason: string },
): KubernetesFigure {
  const { source, unit, reason } = about;
  let n = 0;
  let total = 0;
  let peak: Point | undefined;
  for (const point of points) {
    if (point.atMs < range.fromMs || point.atMs > range.toMs) continue;
    n += 1;
    total += point.value;
    if (peak === undefined || point.value > peak.value) peak = point;
  }
  if (peak === undefined) return { source, unit, n, peak: null, peakAtMs: null, mean: null, reason };
  return { source, unit, n, peak: peak.value, peakAtMs: peak.atMs, mean: total / n, reason: null };
}
