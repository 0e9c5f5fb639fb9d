/** Packets and bytes in the steady window: what the servers counted, and what lk says of itself. */
import type { Result, SegmentResult, Share } from "./result.ts";
import { growth, spanFromMs, type Figure, type Growth, type ServerMetrics } from "./server-metrics.ts";
import type { TimeRange } from "./window.ts";

export type ServerMedia = Pick<
  Result["media"],
  | "loss"
  | "lossReason"
  | "incomingLoss"
  | "retransmission"
  | "serverWindow"
  | "packetsOut"
  | "bytesOut"
  | "packetsIn"
  | "bytesIn"
> & {
  lossFigure: Figure<Share>;
  retransmissionFigure: Figure<Share>;
  /** Server processes that went away between the scrapes. */
  restarts: number;
};

export function serverMedia(server: ServerMetrics, steady: TimeRange | null): ServerMedia {
  const spans =
    steady === null ? { value: null, reason: "no source: there was no steady window" } : server.spans(steady);
  if (spans.value === null) return without(spans.reason);
  const outgoing = growth(spans.value, "outgoing");
  const incoming = growth(spans.value, "incoming");
  const source = server.sources.counters;
  const share: ShareOf = (part, whole) => ({ part, whole, value: part / whole, source });
  const loss = lossOf(outgoing, share);
  const { value: sent } = outgoing;
  const retransmission = retransmissionOf(outgoing, share);
  const fromMs = Math.min(...spans.value.map(spanFromMs));
  const toMs = Math.max(...spans.value.map(({ endpoint, to }) => endpoint.timesMs[to] ?? 0));
  const seconds = (ms: number) => `${Math.abs(Math.round(ms / 100) / 10)} s ${ms < 0 ? "before" : "after"}`;
  const silent = server.without(spans.value, steady ?? { fromMs, toMs });
  const note =
    `counted from a scrape ${seconds(fromMs - (steady?.fromMs ?? 0))} the steady window began ` +
    `to one ${seconds(toMs - (steady?.toMs ?? 0))} it ended; the server adds to its counters every 5 s` +
    (silent.length === 0 ? "" : `; without ${silent.join(", ")}, where none of the run's rooms lived`);
  return {
    loss: loss.value,
    lossReason: loss.reason ?? null,
    incomingLoss: lossOf(incoming, share).value,
    retransmission: retransmission.value,
    serverWindow: { fromMs, toMs, note },
    packetsOut: whole(sent && sent.packets + sent.retransmitted),
    bytesOut: whole(sent && sent.bytes),
    packetsIn: whole(incoming.value && incoming.value.packets + incoming.value.retransmitted),
    bytesIn: whole(incoming.value && incoming.value.bytes),
    lossFigure: loss,
    retransmissionFigure: retransmission,
    restarts: spans.value.reduce((sum, { endpoint, from, to }) => sum + endpoint.restarts(from, to), 0),
  };
}

function without(reason: string): ServerMedia {
  return {
    loss: null,
    lossReason: reason,
    incomingLoss: null,
    retransmission: null,
    serverWindow: null,
    packetsOut: null,
    bytesOut: null,
    packetsIn: null,
    bytesIn: null,
    lossFigure: { value: null, reason },
    retransmissionFigure: { value: null, reason },
    restarts: 0,
  };
}

/** Packets lost of packets sent for the first time; what is sent again is not counted twice. */
export function lossOf(figure: Figure<Growth>, share: ShareOf): Figure<Share> {
  if (figure.value === null) return { value: null, reason: figure.reason };
  const { lost, packets } = figure.value;
  if (lost === null) return { value: null, reason: "no source: the server does not report lost packets" };
  if (packets <= 0) return { value: null, reason: "no source: the server counted no packets in this time" };
  return { value: share(lost, packets) };
}

/** Packets sent again of all packets sent. */
export function retransmissionOf(figure: Figure<Growth>, share: ShareOf): Figure<Share> {
  if (figure.value === null) return { value: null, reason: figure.reason };
  const { packets, retransmitted } = figure.value;
  return { value: share(retransmitted, packets + retransmitted) };
}

/** A share of what the servers counted. */
export type ShareOf = (part: number, whole: number) => Share;

const whole = (value: number | null): number | null => (value === null ? null : Math.max(0, Math.round(value)));

/** lk's own tables, added up over the processes that printed them. Never judged: its drops are not packet loss. */
export function lkMedia(
  segments: readonly SegmentResult[],
): Pick<Result["media"], "lkReportedDrops" | "lkReportedBitrateBps"> {
  let packets = 0;
  let drops = 0;
  let bitrateBps: number | null = null;
  for (const { lkReported } of segments) {
    if (lkReported === null) continue;
    packets += lkReported.packets;
    drops += lkReported.drops;
    if (lkReported.bitrateBps !== null) bitrateBps = (bitrateBps ?? 0) + lkReported.bitrateBps;
  }
  const total = packets + drops;
  return {
    lkReportedDrops: total > 0 ? { part: drops, whole: total, value: drops / total, source: "lk table" } : null,
    lkReportedBitrateBps: bitrateBps,
  };
}
