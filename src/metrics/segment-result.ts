/** What became of one lk process. */
import type { SegmentProgress } from "../load/segment-progress.ts";
import type { HostStream } from "./host-stream.ts";
import type { SegmentResult } from "./result.ts";
import { steadyTime, type TimeRange } from "./window.ts";

/** lk's timer and the arrival of its lines may disagree by this much. */
const toleranceMs = 1000;

/** When the process is known to have stopped holding its load: its end, an order to stop, or its last sign of life. */
function endedAtMs(host: HostStream, progress: SegmentProgress): number | null {
  const ends = [progress.exitedAtMs, host.stoppingAtMs];
  if (progress.exitedAtMs === null && host.doneReason === null) ends.push(host.lastLineAtMs);
  const known = ends.filter((end) => end !== null);
  return known.length === 0 ? null : Math.min(...known);
}

export function segmentSteady(host: HostStream, progress: SegmentProgress): TimeRange | null {
  return steadyTime({
    finishedConnectingAtMs: progress.finishedConnectingAtMs,
    holdMs: progress.segment.holdMs,
    endedAtMs: endedAtMs(host, progress),
  });
}

export function segmentStatus(host: HostStream, progress: SegmentProgress): SegmentResult["status"] {
  if (progress.killed) return "killed";
  if (progress.failed) return "failed";
  const { exitedAtMs, finishedConnectingAtMs, exitCode } = progress;
  if (exitedAtMs === null) return "lost";
  const heldUntil = finishedConnectingAtMs === null ? null : finishedConnectingAtMs + progress.segment.holdMs;
  if (exitCode === 0 && heldUntil !== null && exitedAtMs >= heldUntil - toleranceMs) return "finished";
  return host.stoppingAtMs !== null && exitedAtMs >= host.stoppingAtMs ? "stopped" : "failed";
}

export function segmentResult(host: HostStream, progress: SegmentProgress): SegmentResult {
  const { segment, tables } = progress;
  const steady = segmentSteady(host, progress);
  const { total, summaries, tracks } = tables;
  return {
    id: segment.id,
    host: segment.host,
    room: segment.room,
    intended: { publishers: progress.publishers, subscribers: segment.subscribers },
    attempts: progress.attempts,
    startErrorMs: progress.startErrorMs,
    exitCode: progress.exitCode,
    status: segmentStatus(host, progress),
    publishersJoined: progress.publishersJoined,
    subscribersJoined: progress.subscribersJoined,
    finishedConnecting: progress.finishedConnectingAtMs !== null,
    tracksSubscribed: progress.tracksSubscribed,
    steadyFromMs: steady?.fromMs ?? null,
    steadyToMs: steady?.toMs ?? null,
    lkReported:
      total === null
        ? null
        : {
            bitrateBps: total.bitrateBps,
            packets: tracks.reduce((sum, row) => sum + row.packets, 0),
            drops: total.drops ?? 0,
            errors: summaries.filter((row) => row.error !== null).length,
          },
  };
}
