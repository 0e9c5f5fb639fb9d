/** What libwebrtc counted between two reports of a probe that stays: its counters only ever grow within a connection. */
import type { TimeRange } from "../window.ts";
import type { ProbeInbound, ProbeLineOf } from "./lines.ts";

export type Interval = {
  room: string;
  fromMs: number;
  toMs: number;
  /** Mean of the round trips in it; null: there was none. */
  rttMs: number | null;
  tracks: TrackInterval[];
};

type TrackInterval = Pick<ProbeInbound, "of" | "media" | "jitterMs"> & {
  received: number;
  lost: number;
  freezes: number;
  freezesMs: number;
  samples: number;
  concealed: number;
};

type Listen = ProbeLineOf<"listen">;

export class Listening {
  readonly intervals: Interval[] = [];
  readonly #last = new Map<string, Listen>();

  add(line: Listen): void {
    const before = this.#last.get(line.probe + line.room);
    this.#last.set(line.probe + line.room, line);
    if (before === undefined || before.connection !== line.connection) return;
    this.intervals.push({
      room: line.room,
      fromMs: before.atMs,
      toMs: line.atMs,
      rttMs: rttOf(before.roundTrips, line.roundTrips),
      tracks: line.inbound.flatMap((now) => {
        const was = before.inbound.find(({ ssrc, of }) => ssrc === now.ssrc && of === now.of);
        return was === undefined ? [] : [difference(was, now)];
      }),
    });
  }

  /** Those that lie wholly in the time. */
  within(range: TimeRange): Interval[] {
    return this.intervals.filter(({ fromMs, toMs }) => fromMs >= range.fromMs && toMs <= range.toMs);
  }
}

function rttOf(before: Listen["roundTrips"], now: Listen["roundTrips"]): number | null {
  if (before === null || now === null) return null;
  const trips = now.count - before.count;
  // Another pair came into use: its counters began anew.
  return trips > 0 && now.totalMs >= before.totalMs ? (now.totalMs - before.totalMs) / trips : null;
}

function difference(was: ProbeInbound, now: ProbeInbound): TrackInterval {
  const audible = (at: ProbeInbound) => at.concealedSamples - at.silentConcealedSamples;
  return {
    of: now.of,
    media: now.media,
    jitterMs: now.jitterMs,
    received: now.packetsReceived - was.packetsReceived,
    lost: now.packetsLost - was.packetsLost,
    freezes: now.freezeCount - was.freezeCount,
    freezesMs: now.freezesMs - was.freezesMs,
    samples: now.samplesReceived - was.samplesReceived,
    concealed: Math.max(0, audible(now) - audible(was)),
  };
}
