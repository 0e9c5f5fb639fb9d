/**
 * What the servers' own counters say (livekit-server 1.13.5, pkg/telemetry/prometheus): loss, retransmission, bytes,
 * subscribe times. Endpoints are added up; a figure that one of them cannot give is not given at all.
 *
 * - Track statistics reach the counters every 5 s, so a scrape tells what was true about 5 s before.
 * - `livekit_packet_loss_total` has no series until a packet is lost. That nothing was lost is known only from
 *   `livekit_packet_loss_percent`, which counts each report of a track, also those of 0.
 * - `livekit_pubsubtime_ms{count}` numbers the repeats of one subscription: `1` is the first.
 */
import { EndpointCounters, type CounterSeries } from "./counters.ts";
import { mergeHistograms, type Histogram } from "./histogram.ts";
import { parseExposition } from "./prometheus.ts";
import type { Scrape } from "./raw.ts";
import type { TimeRange } from "./window.ts";

/** What the server has counted by then shows in the first scrape after this. */
const flushMs = 6000;
/** Scrapes that span less than this share of the asked time do not stand for it. */
const leastCover = 0.5;

const wanted = new Set([
  "livekit_packet_total",
  "livekit_packet_bytes",
  "livekit_packet_loss_total",
  "livekit_packet_loss_percent_count",
  "livekit_pubsubtime_ms_bucket",
  "livekit_pubsubtime_ms_sum",
  "livekit_pubsubtime_ms_count",
  "livekit_session_join_latency_ms_bucket",
  "livekit_session_join_latency_ms_sum",
  "livekit_session_join_latency_ms_count",
  "livekit_participant_total",
]);

export type Direction = "outgoing" | "incoming";
export type Growth = { packets: number; retransmitted: number; bytes: number; lost: number | null };
/** The scrapes of one endpoint that bound a time, by index. */
export type Span = { endpoint: EndpointCounters; from: number; to: number };
export type Figure<Value> = { value: Value; reason?: undefined } | { value: null; reason: string };

export class ServerMetrics {
  readonly endpoints: EndpointCounters[] = [];
  readonly #byUrl = new Map<string, EndpointCounters>();

  add(scrape: Scrape): void {
    let endpoint = this.#byUrl.get(scrape.url);
    if (endpoint === undefined) {
      endpoint = new EndpointCounters(scrape.url);
      this.#byUrl.set(scrape.url, endpoint);
      this.endpoints.push(endpoint);
    }
    if (scrape.text === null) {
      endpoint.fail(scrape.error ?? "failed");
      return;
    }
    const samples = parseExposition(scrape.text, (name) => wanted.has(name));
    if (samples.length === 0) endpoint.fail("it answers, but with no metrics of a LiveKit server");
    else endpoint.add(scrape.polledAtMs, samples);
  }

  /**
   * For each endpoint the last scrape before the time and the first that shows all of it; where there is none, the
   * nearest inside.
   * @param mustPrecede whether a scrape from before is a must: for what happens at the beginning of the time
   */
  spans(range: TimeRange, mustPrecede = false): Figure<Span[]> {
    if (this.endpoints.length === 0) {
      return { value: null, reason: "no source: no Prometheus endpoint of the server is configured (livekit.metrics)" };
    }
    const spans: Span[] = [];
    for (const endpoint of this.endpoints) {
      const span = spanOf(endpoint, range, mustPrecede);
      if (typeof span === "string") return { value: null, reason: `no source: ${endpoint.url}: ${span}` };
      spans.push(span);
    }
    return { value: spans };
  }

  /** The greatest of the sums over all endpoints at their scrapes in the time; null when there is none. */
  participants(range: TimeRange): number | null {
    let sum: number | null = null;
    for (const endpoint of this.endpoints) {
      let most: number | undefined;
      for (const [at, timeMs] of endpoint.timesMs.entries()) {
        if (timeMs < range.fromMs || timeMs > range.toMs) continue;
        const value = endpoint.sumAt("livekit_participant_total", at);
        if (value !== undefined && value > (most ?? -1)) most = value;
      }
      if (most !== undefined) sum = (sum ?? 0) + most;
    }
    return sum;
  }
}

function spanOf(endpoint: EndpointCounters, range: TimeRange, mustPrecede: boolean): Span | string {
  const { timesMs } = endpoint;
  if (timesMs.length < 2) return endpoint.lastError ?? `${timesMs.length} scrapes, two are needed`;
  if (endpoint.problem !== undefined) return endpoint.problem;
  const before = timesMs.findLastIndex((time) => time <= range.fromMs);
  if (mustPrecede && before < 0) return "no scrape from before";
  const from = Math.max(0, before);
  const after = timesMs.findIndex((time) => time >= range.toMs + flushMs);
  const to = after < 0 ? timesMs.length - 1 : after;
  const coveredMs = Math.min(timesMs[to] ?? 0, range.toMs) - Math.max(timesMs[from] ?? 0, range.fromMs);
  if (to <= from || coveredMs < leastCover * (range.toMs - range.fromMs)) {
    return "its scrapes cover less than half of the time";
  }
  return { endpoint, from, to };
}

/** Packets and bytes in one direction, added up over the spans. */
export function growth(spans: readonly Span[], direction: Direction): Figure<Growth> {
  const total: Growth = { packets: 0, retransmitted: 0, bytes: 0, lost: 0 };
  let packetsSeen = false;
  for (const { endpoint, from, to } of spans) {
    const series = (name: string) =>
      endpoint.deltas(name, from, to).filter(({ labels }) => labels.direction === direction);
    const packets = series("livekit_packet_total");
    if (packets.length > 0) packetsSeen = true;
    for (const { labels, delta } of packets) {
      if (labels.transmission === "retransmit") total.retransmitted += delta;
      else total.packets += delta;
    }
    total.bytes += sum(series("livekit_packet_bytes"));
    const lost = series("livekit_packet_loss_total");
    const reported = sum(series("livekit_packet_loss_percent_count")) > 0;
    const sent = sum(packets) > 0;
    if (lost.length > 0) total.lost = total.lost === null ? null : total.lost + sum(lost);
    else if (sent && !reported) total.lost = null;
  }
  if (!packetsSeen) return { value: null, reason: "no source: the server does not report livekit_packet_total" };
  if (total.packets + total.retransmitted <= 0) {
    return { value: null, reason: `no source: the server counted no ${direction} packets in this time` };
  }
  return { value: total };
}

export type HistogramName = "livekit_pubsubtime_ms" | "livekit_session_join_latency_ms";

/** What a histogram grew by, added up over the spans; null with the reason when there is nothing in it. */
export function histogramGrowth(
  spans: readonly Span[],
  name: HistogramName,
  matches: (labels: Record<string, string>) => boolean,
): Figure<Histogram> {
  const parts: Histogram[] = [];
  for (const { endpoint, from, to } of spans) {
    const series = (suffix: string) =>
      endpoint.deltas(`${name}_${suffix}`, from, to).filter(({ labels }) => matches(labels));
    const buckets = new Map<number, number>();
    for (const { labels, delta } of series("bucket")) {
      const le = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      buckets.set(le, (buckets.get(le) ?? 0) + delta);
    }
    if (buckets.size === 0) continue;
    const sorted = [...buckets].toSorted(([a], [b]) => a - b);
    parts.push({ count: sum(series("count")), sum: sum(series("sum")), buckets: sorted });
  }
  if (parts.length === 0) return { value: null, reason: `no source: the server does not report ${name}` };
  const merged = mergeHistograms(parts);
  if (merged === null) return { value: null, reason: `no source: the servers' buckets of ${name} differ` };
  if (merged.count <= 0) return { value: null, reason: `no source: the server counted nothing in ${name}` };
  return { value: merged };
}

const sum = (series: readonly CounterSeries[]): number => series.reduce((total, { delta }) => total + delta, 0);
