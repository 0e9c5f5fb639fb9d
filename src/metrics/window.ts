/** The steady window: when all processes hold their full load at the same time. Controller's clock, epoch ms. */

export type TimeRange = { fromMs: number; toMs: number };

/**
 * One process's steady time: from lk's `Finished connecting` for as long as it holds, cut short where it ended or was
 * told to stop before. Null when it never finished connecting.
 */
export function steadyTime(process: {
  finishedConnectingAtMs: number | null;
  holdMs: number;
  endedAtMs: number | null;
}): TimeRange | null {
  const fromMs = process.finishedConnectingAtMs;
  if (fromMs === null) return null;
  const toMs = Math.min(fromMs + process.holdMs, process.endedAtMs ?? Number.POSITIVE_INFINITY);
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** What all have in common; null when there is none, or nothing to intersect. */
export function intersection(ranges: readonly TimeRange[]): TimeRange | null {
  if (ranges.length === 0) return null;
  const fromMs = Math.max(...ranges.map((range) => range.fromMs));
  const toMs = Math.min(...ranges.map((range) => range.toMs));
  return toMs > fromMs ? { fromMs, toMs } : null;
}
