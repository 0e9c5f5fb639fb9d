/**
 * How long participants took, each from its *intended* start: the common start, its process's offset and its turn in
 * lk's ramp. So whatever delays lk itself (ten silent attempts to join, a slow start) is part of what is measured, and
 * those who never came count as longer than all who did.
 */
import type { SegmentProgress } from "../load/segment-progress.ts";
import type { Plan } from "../plan/plan.ts";
import { intendedStartMs } from "../plan/ramp.ts";

export type Latencies = {
  values: number[];
  censored: number;
  /** The least that any censored one has waited for until the load ended; null when there is none. */
  censoredAtLeastMs: number | null;
};

export type Joins = {
  /** Subscribers, to their first track. Those of rooms without publishers have none to wait for. */
  firstTrack: Latencies;
  /** Subscribers, to all tracks that they are expected to have at least. */
  allTracks: Latencies;
  /** Publishers, to lk's `publishing …` line, which it prints once it has joined. */
  publish: Latencies;
  /** [intended start, latency or NaN] of the first track: for the chart over time. */
  firstTrackPoints: [number, number][];
};

/** @param endAtMs when the load had ended: until then a participant that never came was waited for */
export function joins(plan: Plan, segments: readonly SegmentProgress[], startAtMs: number, endAtMs: number): Joins {
  const result: Joins = {
    firstTrack: nothing(),
    allTracks: nothing(),
    publish: nothing(),
    firstTrackPoints: [],
  };
  const expected = new Map(plan.rooms.map((room) => [room.name, room.expectedTracksPerSubscriber]));
  for (const progress of segments) {
    const base = startAtMs + progress.segment.startOffsetMs;
    const tracks = expected.get(progress.segment.room) ?? { min: 0, max: 0 };
    for (let index = 0; index < progress.participants; index++) {
      const intended = base + intendedStartMs(index, plan.lk.numPerSecond);
      const latency = (progress.firstAtMs[index] ?? Number.NaN) - intended;
      const waited = endAtMs - intended;
      if (index < progress.publishers) add(result.publish, latency, waited);
      else if (tracks.max > 0) {
        add(result.firstTrack, latency, waited);
        result.firstTrackPoints.push([intended, latency]);
        if (tracks.min > 0) add(result.allTracks, (progress.allTracksAtMs[index] ?? Number.NaN) - intended, waited);
      }
    }
  }
  return result;
}

const nothing = (): Latencies => ({ values: [], censored: 0, censoredAtLeastMs: null });

function add(latencies: Latencies, latencyMs: number, waitedMs: number): void {
  if (!Number.isNaN(latencyMs)) {
    latencies.values.push(latencyMs);
    return;
  }
  // Its turn had not come when the load was ended early: nobody waited for it.
  if (waitedMs <= 0) return;
  latencies.censored++;
  latencies.censoredAtLeastMs = Math.min(latencies.censoredAtLeastMs ?? waitedMs, waitedMs);
}
