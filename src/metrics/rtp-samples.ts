/** One host's RTP lines over time, in columns. Controller's clock, epoch ms. */
import type { RtpCounts, RtpLine } from "../load/rtp-line.ts";
import type { TimeRange } from "./window.ts";

/** A line covers the time since the one before it, and never more than this: a listener that was held up says little. */
const longestMs = 5000;

export const rtpMediaKinds = ["audio", "video"] as const;
export type RtpMediaKind = (typeof rtpMediaKinds)[number];

export type RtpKindSum = Omit<RtpCounts, "streams"> & {
  /** Most in one second. */
  streams: number;
  /** Mean over seconds and streams, and the worst of all; of media alone. */
  jitterMs: number;
  maxJitterMs: number;
  probes: number;
};

export type RtpSum = {
  /** Lines that could be used. */
  seconds: number;
  /** Packets that the listener itself missed; the seconds in which that happened do not count. */
  missed: number;
  /** Of all streams, the least share that was read: 1, 1/2, 1/4, … */
  streamShare: number;
  /** Of one core, mean. */
  cpuPercent: number;
  audio: RtpKindSum | null;
  video: RtpKindSum | null;
  rtx: RtpKindSum | null;
};

type Second = Extract<RtpLine, { type: "second" }> & { fromMs: number; toMs: number; isTrusted: boolean };

export class RtpSamples {
  /** Why the host's listener reads nothing; null: it does, or never said a word. */
  unavailable: string | null = null;
  readonly seconds: Second[] = [];
  #lastMs: number | null = null;
  #droppedBefore = false;

  add(atMs: number, line: RtpLine): void {
    if (line.type === "unavailable") {
      this.unavailable = line.reason;
      return;
    }
    const fromMs = Math.max(this.#lastMs ?? atMs - 1000, atMs - longestMs);
    this.#lastMs = atMs;
    if (atMs <= fromMs) return;
    // The sequence numbers show a packet that the listener missed in the second in which the next one came.
    const isTrusted = line.dropped === 0 && !this.#droppedBefore;
    this.#droppedBefore = line.dropped > 0;
    this.seconds.push({ ...line, fromMs, toMs: atMs, isTrusted });
  }

  /** Of the lines whose time lies in the range for the most part; null when there is none. */
  sum(range: TimeRange): RtpSum | null {
    const within = this.seconds.filter(({ fromMs, toMs }) => {
      const middleMs = (fromMs + toMs) / 2;
      return middleMs >= range.fromMs && middleMs < range.toMs;
    });
    if (within.length === 0) return null;
    const used = within.filter(({ isTrusted }) => isTrusted);
    const coveredMs = within.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    return {
      seconds: used.length,
      missed: within.reduce((sum, { dropped }) => sum + dropped, 0),
      streamShare: 2 ** -Math.max(...within.map(({ bits }) => bits)),
      cpuPercent: (within.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / coveredMs) * 100,
      audio: sumOf(used.flatMap(({ audio }) => audio ?? [])),
      video: sumOf(used.flatMap(({ video }) => video ?? [])),
      rtx: sumOf(used.flatMap(({ rtx }) => rtx ?? [])),
    };
  }
}

type Counted = RtpCounts & { jitterMs?: number; maxJitterMs?: number; probes?: number };

function sumOf(seconds: readonly Counted[]): RtpKindSum | null {
  if (seconds.length === 0) return null;
  const total = (of: (second: Counted) => number) => seconds.reduce((sum, second) => sum + of(second), 0);
  const streamSeconds = total(({ streams }) => streams);
  return {
    streams: Math.max(...seconds.map(({ streams }) => streams)),
    expected: total(({ expected }) => expected),
    received: total(({ received }) => received),
    late: total(({ late }) => late),
    duplicate: total(({ duplicate }) => duplicate),
    jitterMs: streamSeconds === 0 ? 0 : total(({ streams, jitterMs }) => streams * (jitterMs ?? 0)) / streamSeconds,
    maxJitterMs: Math.max(...seconds.map(({ maxJitterMs }) => maxJitterMs ?? 0)),
    probes: total(({ probes }) => probes ?? 0),
  };
}
