/** Whether a host that makes the load was itself the bottleneck. */
import type { HostSamples } from "./samples.ts";
import type { TimeRange } from "./window.ts";

/** A core above this for {@link saturatedForMs} on end can no longer send and receive in time. */
export const saturatedPercent = 85;
export const saturatedForMs = 5000;

/**
 * To a tenth of a second, as the reports tell it: the samples' seconds are a few milliseconds short or long, and five of
 * them must not be 5 s in one run and less in another.
 */
export const onEndTime = (ms: number): number => Math.round(ms / 100) * 100;

export type Saturation = {
  maxCorePercent: number;
  maxCore: number;
  /** Longest time on end that any one core was above {@link saturatedPercent}, and which core. */
  longestMs: number;
  longestCore: number;
};

/** Null when no core was sampled in the time. */
export function saturation(samples: HostSamples, range: TimeRange): Saturation | null {
  const [first, last] = samples.within(range);
  const found: Saturation = { maxCorePercent: -1, maxCore: 0, longestMs: 0, longestCore: 0 };
  for (const [core, busy] of [...samples.cores].toSorted(([a], [b]) => a - b)) {
    let onEndMs = 0;
    for (let i = first; i < last; i++) {
      const percent = busy[i] ?? Number.NaN;
      if (percent > found.maxCorePercent) {
        found.maxCorePercent = percent;
        found.maxCore = core;
      }
      if (!(percent > saturatedPercent)) {
        onEndMs = 0;
        continue;
      }
      const from = Math.max(samples.fromMs[i] ?? 0, range.fromMs);
      onEndMs += Math.min(samples.toMs[i] ?? 0, range.toMs) - from;
      if (onEndMs > found.longestMs) {
        found.longestMs = onEndMs;
        found.longestCore = core;
      }
    }
  }
  return found.maxCorePercent < 0 ? null : { ...found, longestMs: onEndTime(found.longestMs) };
}
