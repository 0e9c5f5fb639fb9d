/** From libwebrtc's statistics (W3C webrtc-stats, as livekit-ffi hands them over) to the figures that are kept. */
import type { RtcStats } from "@livekit/rtc-ffi-bindings";
import type { ProbeLineOf } from "../../metrics/probes/lines.ts";

type Listen = ProbeLineOf<"listen">;
type Inbound = Listen["inbound"][number];

/** The round trips of the candidate pair in use; null when there is none yet. */
export function roundTripsOf(stats: readonly RtcStats[]): Listen["roundTrips"] {
  const pairs = stats.flatMap(({ stats }) => (stats.case === "candidatePair" ? [stats.value.candidatePair] : []));
  const used = pairs.filter((pair) => pair?.nominated === true).toSorted((a, b) => received(b) - received(a))[0];
  if (used === undefined) return null;
  return { count: Number(used.responsesReceived ?? 0), totalMs: ms(used.totalRoundTripTime) };
}

const received = (pair: { packetsReceived?: bigint } | undefined): number => Number(pair?.packetsReceived ?? 0);

/** The counters of one received track; undefined before its first packet. */
export function inboundOf(stats: readonly RtcStats[], about: Pick<Inbound, "of" | "media">): Inbound | undefined {
  for (const { stats: one } of stats) {
    if (one.case !== "inboundRtp") continue;
    const { stream, received, inbound } = one.value;
    if (stream?.ssrc === undefined || received === undefined || inbound === undefined) continue;
    return {
      ...about,
      ssrc: stream.ssrc,
      packetsReceived: Number(received.packetsReceived ?? 0),
      packetsLost: Number(received.packetsLost ?? 0),
      retransmittedPacketsReceived: Number(inbound.retransmittedPacketsReceived ?? 0),
      jitterMs: ms(received.jitter),
      framesDecoded: inbound.framesDecoded ?? 0,
      framesDropped: inbound.framesDropped ?? 0,
      freezeCount: inbound.freezeCount ?? 0,
      freezesMs: ms(inbound.totalFreezeDuration),
      samplesReceived: Number(inbound.totalSamplesReceived ?? 0),
      concealedSamples: Number(inbound.concealedSamples ?? 0),
      silentConcealedSamples: Number(inbound.silentConcealedSamples ?? 0),
    };
  }
  return undefined;
}

/** Seconds to milliseconds, to the microsecond. */
const ms = (seconds: number | undefined): number => Math.round((seconds ?? 0) * 1e6) / 1e3;
