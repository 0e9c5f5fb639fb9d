/** True packet loss from what the listeners on the hosts counted, per host and for all. */
import type { RtpKindSum, RtpSamples, RtpSum } from "./rtp-samples.ts";
import { rtpSource, type HostRtp, type RtpKind, type RtpResult } from "./rtp-result.ts";
import type { TimeRange } from "./window.ts";

/** Share of the steady window's seconds that must have been read. */
const leastSeconds = 0.9;

type Share = NonNullable<RtpKind["loss"]>;
type Figures = Omit<HostRtp, "reason" | "seconds" | "secondsExpected" | "cpuPercent">;

const nothing: Figures = {
  loss: null,
  repaired: null,
  lossAfterRepair: null,
  audio: null,
  video: null,
  streamShare: null,
  missed: null,
};

/** @param subscribers of this host that joined: without any there is nothing to receive */
export function hostRtp(samples: RtpSamples, steady: TimeRange | null, subscribers: number): HostRtp {
  const secondsExpected = steady === null ? 0 : Math.floor((steady.toMs - steady.fromMs) / 1000);
  const sum = steady === null ? null : samples.sum(steady);
  const absent = (reason: string): HostRtp => ({
    ...nothing,
    reason,
    seconds: sum?.seconds ?? 0,
    secondsExpected,
    cpuPercent: sum?.cpuPercent ?? null,
  });
  if (samples.unavailable !== null) return absent(samples.unavailable);
  if (samples.seconds.length === 0) return absent("the host's listener to RTP sent nothing");
  if (steady === null) return absent("there was no steady window");
  if (sum === null) return absent("nothing was read in the steady window");
  const figures = figuresOf([sum]);
  if (figures.loss === null) {
    return absent(
      subscribers === 0
        ? "no subscriber on this host"
        : "no RTP over UDP reached lk: its media goes over TCP or TURN, or none was sent",
    );
  }
  // One second may fall on either side of the window's edges.
  const isWhole = sum.seconds + 1 >= leastSeconds * secondsExpected;
  const reason = isWhole ? null : `read in ${sum.seconds} of ${secondsExpected} seconds only`;
  return { ...figures, reason, seconds: sum.seconds, secondsExpected, cpuPercent: sum.cpuPercent };
}

export type RtpHost = {
  name: string;
  samples: RtpSamples;
  rtp: HostRtp;
  /** Its supervisor told its end: its figures are to be whole. */
  isWhole: boolean;
  subscribers: number;
};

/** All hosts together. Those without a subscriber have nothing to say; of lost ones it counts what they said. */
export function rtpResult(hosts: readonly RtpHost[], steady: TimeRange | null): RtpResult {
  const asked = hosts.filter(({ subscribers, isWhole }) => subscribers > 0 && isWhole);
  const missing = asked.filter(({ rtp }) => rtp.loss === null || rtp.reason !== null);
  const measured = asked.length - missing.length;
  const sums = steady === null ? [] : hosts.flatMap(({ samples }) => samples.sum(steady) ?? []);
  const figures = sums.length === 0 ? nothing : figuresOf(sums);
  return {
    ...figures,
    reason: reasonOf({ hosts, asked, missing }, figures),
    hosts: { measured, expected: asked.length },
  };
}

type Asked = { hosts: readonly RtpHost[]; asked: readonly RtpHost[]; missing: readonly RtpHost[] };

function reasonOf({ hosts, asked, missing }: Asked, figures: Figures): string | null {
  if (hosts.every(({ subscribers }) => subscribers === 0)) return "no subscriber joined, so nothing was to be received";
  if (asked.length === 0) return "RTP was not read: every host with a subscriber was lost";
  if (missing.length === 0) return figures.loss === null ? "RTP was not read in the steady window" : null;
  const reasons = new Map<string, string[]>();
  for (const { name, rtp } of missing) {
    const reason = rtp.reason ?? "not known why";
    reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  }
  const words = [...reasons].map(([reason, names]) => {
    const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
    return `${reason} (${names.slice(0, 3).join(", ")}${more})`;
  });
  return `RTP was read on ${asked.length - missing.length} of ${asked.length} hosts: ${words.join("; ")}`;
}

function figuresOf(sums: readonly RtpSum[]): Figures {
  const audio = kindOf(sums.flatMap(({ audio }) => audio ?? []));
  const video = kindOf(sums.flatMap(({ video }) => video ?? []));
  const rtx = sums.flatMap(({ rtx }) => rtx ?? []);
  const expected = (audio?.expected ?? 0) + (video?.expected ?? 0);
  const lost = (audio?.loss?.part ?? 0) + (video?.loss?.part ?? 0);
  const sentAgain = total(rtx, ({ received, probes }) => received - probes);
  // Audio is never sent again.
  const repaired = Math.max(0, Math.min(sentAgain, video?.loss?.part ?? 0));
  return {
    loss: share(lost, expected),
    repaired: expected === 0 ? null : repaired,
    lossAfterRepair: share(lost - repaired, expected),
    audio,
    video,
    streamShare: Math.min(...sums.map(({ streamShare }) => streamShare)),
    missed: total(sums, ({ missed }) => missed),
  };
}

function kindOf(sums: readonly RtpKindSum[]): RtpKind | null {
  if (sums.length === 0) return null;
  const expected = total(sums, (sum) => sum.expected);
  const received = total(sums, (sum) => sum.received);
  return {
    streams: total(sums, (sum) => sum.streams),
    expected,
    received,
    // A late packet of the time before may come in this one.
    loss: share(Math.max(0, expected - received), expected),
    late: total(sums, (sum) => sum.late),
    duplicate: total(sums, (sum) => sum.duplicate),
    jitterMs: expected === 0 ? 0 : rounded(total(sums, (sum) => sum.jitterMs * sum.expected) / expected),
    maxJitterMs: rounded(Math.max(...sums.map((sum) => sum.maxJitterMs))),
  };
}

const share = (part: number, whole: number): Share | null =>
  whole <= 0 ? null : { part, whole, value: part / whole, source: rtpSource };
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
