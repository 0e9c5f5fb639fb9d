/** What became of one host, and what its own counters say about it. */
import type { HostStream } from "./host-stream.ts";
import type { Clock, ConfiguredHost } from "./raw.ts";
import type { HostResult } from "./result.ts";
import { hostRtp } from "./rtp-loss.ts";
import { saturation } from "./saturation.ts";
import { segmentStatus } from "./segment-result.ts";
import type { TimeRange } from "./window.ts";

export type HostInputs = {
  stream: HostStream;
  /** Armed, so that it was to make load. */
  used: boolean;
  configured: ConfiguredHost | null;
  /** Null where it was there already. */
  boot: HostResult["boot"] | null;
  clockBefore: Clock | null;
  clockAfter: Clock | null;
  /** Why it was not used, or what went wrong with its files. */
  error: string | null;
  tracks: HostResult["tracks"];
};

export function hostStatus({ stream, used }: Pick<HostInputs, "stream" | "used">): HostResult["status"] {
  if (!used) return "unused";
  if (stream.doneReason === null) return "lost";
  return stream.segments.every((segment) => segmentStatus(stream, segment) === "finished") ? "finished" : "partial";
}

/** @param measured the steady window; without one nothing of the host's counters is told */
export function hostResult(inputs: HostInputs, measured: TimeRange | null): HostResult {
  const { stream } = inputs;
  const { samples, segments } = stream;
  const status = hostStatus(inputs);
  const used = measured === null ? null : saturation(samples, measured);
  const within = <Value>(of: (range: TimeRange) => Value): Value | null => (measured === null ? null : of(measured));
  const startErrors = segments.map((segment) => segment.startErrorMs).filter((error) => error !== null);
  return {
    name: stream.host.name,
    address: stream.host.address,
    status,
    error: inputs.error ?? (status === "lost" ? lostReason(stream) : null),
    participants: {
      intended: stream.host.participants,
      joined: segments.reduce((sum, segment) => sum + segment.joined, 0),
    },
    tracks: inputs.tracks,
    clockBefore: inputs.clockBefore,
    clockAfter: inputs.clockAfter,
    startErrorMs: startErrors.length === 0 ? null : Math.max(...startErrors),
    retries: segments.reduce((sum, segment) => sum + segment.retries, 0),
    maxCorePercent: rounded(used?.maxCorePercent ?? null),
    maxCore: used?.maxCore ?? null,
    saturatedMs: used?.longestMs ?? null,
    meanCpuPercent: rounded(within((range) => samples.mean(samples.busy, range))),
    stealPercent: rounded(within((range) => samples.mean(samples.steal, range))),
    maxCoreStealPercent: rounded(within((range) => samples.mean(samples.maxSteal, range))),
    minMemoryAvailableKb: within((range) => samples.minimum(samples.memoryAvailableKb, range)),
    rxBps: whole(within((range) => samples.rateBps("rxBytes", range))),
    txBps: whole(within((range) => samples.rateBps("txBytes", range))),
    udpRcvbufErrors: within((range) => samples.counted("udpRcvbufErrors", range)),
    udpSndbufErrors: within((range) => samples.counted("udpSndbufErrors", range)),
    softnetDrops: within((range) => samples.counted("softnetDrops", range)),
    softnetSqueezes: within((range) => samples.counted("softnetSqueezes", range)),
    nicDrops: within((range) => samples.counted("nicDrops", range)),
    samples: within((range) => samples.taken(range)) ?? 0,
    samplesExpected: inputs.used ? (within((range) => Math.floor((range.toMs - range.fromMs) / 1000)) ?? 0) : 0,
    rtp: hostRtp(
      stream.rtp,
      measured,
      segments.reduce((sum, segment) => sum + segment.subscribersJoined, 0),
    ),
    ...(inputs.boot ? { boot: inputs.boot } : {}),
    configured: inputs.configured,
  };
}

function lostReason(stream: HostStream): string {
  return stream.lines === 0 ? "it sent nothing" : "its lines end before its supervisor was done";
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);
const whole = (value: number | null): number | null => (value === null ? null : Math.round(value));
