/** The few numbers that a reader wants first, each with its source, or the reason why it is missing. */
import type { Distribution, Result, Share } from "../metrics/result.ts";
import { bareReason, hostFigureReason, percentileWords, serverFigureReason } from "./missing.ts";
import { formatElapsed } from "./moment.ts";
import { formatBitrate, formatCount, formatLargeCount, formatMs, formatPercent, formatShare } from "./quantity.ts";
import { repairText, streamShareText } from "./rtp-words.ts";
import { busiestHost } from "./validity.ts";

export interface Figure {
  readonly label: string;
  /** Null: not measured, and `detail` says why. */
  readonly value: string | null;
  readonly detail: string;
  readonly source: string | null;
}

/** Always the same figures in the same order, so that two reports can be laid side by side. */
export function keyFigures(result: Result): Figure[] {
  return [
    joined(result),
    tracks(result),
    loss(result),
    percentile("Track subscribe p99", result.latency.serverTrackSubscribe, () => serverFigureReason(result)),
    percentile("First track p99", result.latency.firstTrack, () => "no subscriber was timed"),
    retransmission(result),
    throughput(result),
    core(result),
    skew(result),
    steady(result),
  ];
}

function joined({ totals }: Result): Figure {
  const { joined, intended, source } = totals.participants;
  const seen = totals.serverParticipantsPeak;
  const server = seen === null ? "server's count not measured" : `server saw ${formatCount(seen)} at once`;
  return {
    label: "Participants joined",
    value: `${formatCount(joined)} of ${formatCount(intended)}`,
    detail: server,
    source,
  };
}

function tracks({ totals }: Result): Figure {
  const { subscribed, expectedMin, expectedMax } = totals.tracks;
  const expected =
    expectedMin === expectedMax
      ? formatCount(expectedMin)
      : `${formatCount(expectedMin)} to ${formatCount(expectedMax)}`;
  return {
    label: "Tracks subscribed",
    value: formatCount(subscribed),
    detail: `${expected} expected by the layout`,
    source: "lk stream",
  };
}

/** What was judged: what the hosts saw where all of them did, the servers' counters where not. */
function loss(result: Result): Figure {
  const { rtp, loss: share } = result.media;
  const label = "Packet loss, server → subscribers";
  if (rtp.loss && rtp.reason === null) {
    const detail = [packets(rtp.loss), streamShareText(rtp.streamShare), repairText(rtp)].filter(
      (part) => part !== null,
    );
    return { label, value: formatShare(rtp.loss.value), detail: detail.join(", "), source: rtp.loss.source };
  }
  if (!share) return { label, value: null, detail: lossReason(result), source: null };
  return { label, value: formatShare(share.value), detail: packets(share), source: share.source };
}

function lossReason(result: Result): string {
  const { lossReason, rtp } = result.media;
  const server = lossReason === null ? serverFigureReason(result) : bareReason(lossReason);
  return rtp.reason === null ? server : `${rtp.reason}; ${server}`;
}

function retransmission(result: Result): Figure {
  const share = result.media.retransmission;
  const label = "Retransmitted";
  if (!share) return { label, value: null, detail: serverFigureReason(result), source: null };
  return { label, value: formatShare(share.value), detail: packets(share), source: share.source };
}

const packets = ({ part, whole }: Share) => `${formatLargeCount(part)} of ${formatLargeCount(whole)} packets`;

function percentile(label: string, distribution: Distribution | null, reason: () => string): Figure {
  if (!distribution) return { label, value: null, detail: reason(), source: null };
  const { p50, p99, n, censored, source, interpolated } = distribution;
  if (p99 === null) {
    const { text, reason } = percentileWords(distribution, "p99");
    return { label, value: text === "never" ? text : null, detail: reason, source };
  }
  const detail = [
    p50 === null ? null : `median ${formatMs(p50)}`,
    `n = ${formatCount(n)}`,
    censored > 0 ? `${formatCount(censored)} never` : null,
    interpolated ? "interpolated" : null,
  ];
  return { label, value: formatMs(p99), detail: detail.filter((part) => part !== null).join(", "), source };
}

function throughput(result: Result): Figure {
  const { hostsRxBps, hostsTxBps } = result.media;
  const label = "Received by all hosts";
  if (hostsRxBps === null) return { label, value: null, detail: hostFigureReason(result), source: null };
  const sent = hostsTxBps === null ? "sent: not measured" : `sent ${formatBitrate(hostsTxBps)}`;
  return { label, value: formatBitrate(hostsRxBps), detail: sent, source: "host counters" };
}

function core(result: Result): Figure {
  const label = "Busiest generator core";
  const busiest = busiestHost(result);
  if (!busiest) return { label, value: null, detail: hostFigureReason(result), source: null };
  const where = busiest.maxCore === null ? busiest.name : `${busiest.name}, core ${busiest.maxCore}`;
  return { label, value: formatPercent(busiest.maxCorePercent), detail: where, source: "host counters" };
}

function skew({ start, totals }: Result): Figure {
  const label = "Start skew over hosts";
  if (start.skewMs === null) {
    const detail =
      totals.hosts.intended < 2 ? "one host has no skew" : "fewer than two hosts have a corrected start time";
    return { label, value: null, detail, source: null };
  }
  const error =
    start.skewErrorMs === null ? "clock error not measured" : `± ${formatMs(start.skewErrorMs)} by the clocks`;
  return { label, value: formatMs(start.skewMs), detail: error, source: "supervisor" };
}

function steady({ phases }: Result): Figure {
  const label = "Steady window";
  if (!phases.steady)
    return { label, value: null, detail: "the processes were never all steady at once", source: null };
  const { fromMs, toMs, durationMs } = phases.steady;
  const detail =
    phases.startAtMs === null
      ? "start unknown"
      : `${formatElapsed(fromMs - phases.startAtMs)} to ${formatElapsed(toMs - phases.startAtMs)} of the load`;
  return { label, value: formatMs(durationMs), detail, source: "lk stream" };
}
