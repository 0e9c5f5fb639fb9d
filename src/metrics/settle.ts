/** When all processes hold their load, and it has come to rest. */
import type { HostStream } from "./host-stream.ts";
import { segmentSteady } from "./segment-result.ts";
import { intersection, type TimeRange } from "./window.ts";

/** Tracks that come after this much silence are no longer part of the ramp: somebody came back. */
const silenceMs = 3000;
/** Whoever has no track by then makes a poor measurement, not a later one. */
const longestMs = 10_000;

export type Steady = {
  /** From the end of the last ramp until the last of its tracks has come; of no length where all had come before. */
  settle: TimeRange;
  window: TimeRange;
};

/**
 * Processes that never finished connecting are told of elsewhere; what the others did together can still be looked at.
 * @returns null where they never held their load together; `none`: not one of them ever held it
 */
export function steadyOf(streams: readonly HostStream[]): Steady | null | "none" {
  const processes = streams.flatMap((stream) => stream.segments.map((progress) => ({ stream, progress })));
  const ranges = processes.flatMap(({ stream, progress }) => segmentSteady(stream, progress) ?? []);
  if (ranges.length === 0) return "none";
  const held = intersection(ranges);
  if (held === null) return null;
  const times = processes
    .flatMap(({ progress }) => progress.trackTimesMs)
    .filter((time) => time > held.fromMs)
    .sort((a, b) => a - b);
  const settledMs = settled(held.fromMs, times);
  if (settledMs >= held.toMs) return null;
  return {
    settle: { fromMs: held.fromMs, toMs: settledMs },
    window: { fromMs: settledMs, toMs: held.toMs },
  };
}

/** @param times when tracks came, ascending, after the ramp */
export function settled(rampEndMs: number, times: readonly number[]): number {
  let last = rampEndMs;
  for (const time of times) {
    if (time > last + silenceMs || time > rampEndMs + longestMs) break;
    last = time;
  }
  return last;
}
