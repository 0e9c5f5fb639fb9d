/**
 * What the servers' own counters say (livekit-server 1.13.5, pkg/telemetry/prometheus): loss, retransmission, bytes,
 * subscribe times. Endpoints are added up; a figure that one of them cannot give is not given at all, unless all of the
 * run's rooms are known to live on the others.
 *
 * - Track statistics reach the counters every 5 s, so a scrape tells what was true about 5 s before.
 * - `livekit_packet_loss_total` has no series until a packet is lost. That nothing was lost is known only from
 *   `livekit_packet_loss_percent`, which counts each report of a track, also those of 0.
 * - `livekit_pubsubtime_ms{count}` numbers the repeats of one subscription: `1` is the first.
 */
import { EndpointCounters, type CounterSeries } from "./counters.ts";
import { mergeHistograms, type Histogram } from "./histogram.ts";
import { parseExposition } from "./prometheus.ts";
import { serverMetricNames } from "./server-metric-names.ts";
import type { Scrape } from "./raw.ts";
import type { TimeRange } from "./window.ts";

/** What the server has counted by then shows in the first scrape after this. */
const flushMs = 6000;
/** Scrapes that span less than this share of the asked time do not stand for it. */
const leastCover = 0.5;
/** What was scraped within this time was scraped in one turn; a turn may begin so much early or late. */
const turnMs = 2000;

/** `livekit_pubsubtime_ms` numbers the repeats of one subscription: the first counts. */
export function isFirstSubscription({ direction, count }: Record<string, string>): boolean {
  return direction === "subscribe" && (count === undefined || count === "1");
}

/** Clocks of pods' nodes and controller may differ by so much. */
const clockToleranceMs = 2000;

const wanted: ReadonlySet<string> = new Set(serverMetricNames);

export type Direction = "outgoing" | "incoming";
export type Growth = { packets: number; retransmitted: number; bytes: number; lost: number | null };
/** The scrapes of one endpoint that bound a time, by index; `from` -1: the start of its process, in that time. */
export type Span = { endpoint: EndpointCounters; from: number; to: number };
export type Figure<Value> = { value: Value; reason?: undefined } | { value: null; reason: string };

export class ServerMetrics {
  readonly endpoints: EndpointCounters[] = [];
  readonly #byKey = new Map<string, EndpointCounters>();
  #homes: ReadonlySet<string> | null = null;

  add(scrape: Scrape): void {
    // A pod's name may come again, with another process behind it.
    const key = scrape.pod?.uid ?? scrape.url;
    let endpoint = this.#byKey.get(key);
    if (endpoint === undefined) {
      endpoint = new EndpointCounters(scrape.url, scrape.pod ?? null);
      this.#byKey.set(key, endpoint);
      this.endpoints.push(endpoint);
    }
    const { polledAtMs } = scrape;
    if (scrape.text === null) {
      endpoint.fail(polledAtMs, scrape.error ?? "failed");
      return;
    }
    const samples = parseExposition(scrape.text, (name) => wanted.has(name));
    const isLivekit = samples.some(({ name }) => name.startsWith("livekit_"));
    if (isLivekit) endpoint.add(polledAtMs, samples);
    else endpoint.fail(polledAtMs, "it answers, but with no metrics of a LiveKit server");
  }

  /**
   * Tells on which servers all of the run's rooms live, by LiveKit's node ids: endpoints of others may then be silent
   * without harm. Null: it is not known of every room.
   */
  know(homes: ReadonlySet<string> | null): void {
    this.#homes = homes;
  }

  /** Who counted: all endpoints are pods, or not. */
  get sources() {
    return this.endpoints.length > 0 && this.endpoints.every(({ pod }) => pod !== null)
      ? ({ counters: "server counters, by pod", histogram: "server histogram, by pod" } as const)
      : ({ counters: "server counters", histogram: "server histogram" } as const);
  }

  /**
   * For each endpoint the last scrape before the time and the first that shows all of it; where there is none, the
   * nearest inside. Pods that were not there in that time are left out, and so is an endpoint that answers for the
   * same server as another.
   * @param mustPrecede whether a scrape from before is a must: for what happens at the beginning of the time
   */
  spans(range: TimeRange, mustPrecede = false): Figure<Span[]> {
    if (this.endpoints.length === 0) {
      return { value: null, reason: "no source: no Prometheus endpoint of the server is configured (livekit.metrics)" };
    }
    const spans: Span[] = [];
    let missing: string | undefined;
    const counted = new Set<string>();
    for (const endpoint of this.endpoints) {
      if (!isThere(endpoint, range)) continue;
      const nodeIds = endpoint.nodeIds;
      if (nodeIds.length > 0 && nodeIds.every((id) => counted.has(id))) continue;
      const span = spanOf(endpoint, range, mustPrecede);
      if (typeof span === "string") {
        missing ??= `no source: ${endpoint.name}: ${span}`;
        continue;
      }
      for (const id of nodeIds) counted.add(id);
      spans.push(span);
    }
    const homes = this.#homes;
    const allHome = homes !== null && homes.size > 0 && [...homes].every((id) => counted.has(id));
    if (missing !== undefined && !allHome) return { value: null, reason: missing };
    if (spans.length === 0) return { value: null, reason: missing ?? "no source: no server was there in this time" };
    return { value: spans };
  }

  /** Endpoints that were there in the time and are in none of the spans, nor answer for a server that is. */
  without(spans: readonly Span[], range: TimeRange): string[] {
    const counted = new Set(spans.flatMap(({ endpoint }) => endpoint.nodeIds));
    return this.endpoints.flatMap((endpoint) => {
      const isCounted = spans.some((span) => span.endpoint === endpoint) || !isThere(endpoint, range);
      return isCounted || endpoint.nodeIds.some((id) => counted.has(id)) ? [] : [endpoint.name];
    });
  }

  /**
   * Between every turn of scrapes in the time and the last one at least so long before it that lies in the time, too.
   * A server that came or went in between counts for as long as it was seen.
   */
  *windows(range: TimeRange, forMs: number): Generator<TimeRange & { spans: Span[] }> {
    if (this.endpoints.some(({ problem }) => problem !== undefined)) return;
    const turns = turnsOf(this.endpoints);
    for (const toMs of turns) {
      if (toMs > range.toMs) return;
      const fromMs = turns.findLast((time) => time <= toMs - forMs + turnMs && time >= range.fromMs);
      if (fromMs === undefined || fromMs >= toMs) continue;
      const spans = this.endpoints.flatMap((endpoint): Span[] => {
        const from = endpoint.timesMs.findLastIndex((time) => Math.abs(time - fromMs) <= turnMs);
        const to = endpoint.timesMs.findLastIndex((time) => time <= toMs + turnMs);
        // Before its first scrape nothing is known of a server unless it was born then.
        const isKnown = from >= 0 || endpoint.startedAtMs !== null;
        return to <= from || !isKnown ? [] : [{ endpoint, from, to }];
      });
      if (spans.length > 0) yield { fromMs, toMs, spans };
    }
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

/** Pods come and go; a URL is there all the time. */
function isThere({ pod, attemptedMs }: EndpointCounters, range: TimeRange): boolean {
  return pod === null || (attemptedMs !== null && attemptedMs.last >= range.fromMs && attemptedMs.first <= range.toMs);
}

/** When scrapes were made, those of one turn as one time. */
function turnsOf(endpoints: readonly EndpointCounters[]): number[] {
  const turns: number[] = [];
  for (const timeMs of endpoints.flatMap(({ timesMs }) => timesMs).toSorted((a, b) => a - b)) {
    if (timeMs > (turns.at(-1) ?? Number.NEGATIVE_INFINITY) + turnMs) turns.push(timeMs);
  }
  return turns;
}

export function spanOf(endpoint: EndpointCounters, range: TimeRange, mustPrecede = false): Span | string {
  const { timesMs, pod, attemptedMs } = endpoint;
  const before = timesMs.findLastIndex((time) => time <= range.fromMs);
  const startedAtMs = before < 0 ? endpoint.startedAtMs : null;
  // A server that was started within the time had counted nothing before.
  const isBorn = startedAtMs !== null && startedAtMs >= range.fromMs - clockToleranceMs;
  if (timesMs.length < (isBorn ? 1 : 2)) return endpoint.lastError ?? `${timesMs.length} scrapes, two are needed`;
  if (endpoint.problem !== undefined) return endpoint.problem;
  if (mustPrecede && before < 0 && !isBorn) return "no scrape from before";
  const from = isBorn ? -1 : Math.max(0, before);
  const after = timesMs.findIndex((time) => time >= range.toMs + flushMs);
  const to = after < 0 ? timesMs.length - 1 : after;
  const seen = {
    fromMs: Math.max(spanFromMs({ endpoint, from, to }), range.fromMs),
    toMs: Math.min(timesMs[to] ?? 0, range.toMs),
  };
  const life = {
    fromMs: isBorn ? seen.fromMs : range.fromMs,
    toMs: pod === null ? range.toMs : Math.min(range.toMs, attemptedMs?.last ?? range.toMs),
  };
  if (to <= from || seen.toMs - seen.fromMs < leastCover * (life.toMs - life.fromMs)) {
    return "its scrapes cover less than half of the time";
  }
  return { endpoint, from, to };
}

/** Where a span begins, epoch ms. */
export function spanFromMs({ endpoint, from }: Span): number {
  return (from < 0 ? endpoint.startedAtMs : endpoint.timesMs[from]) ?? 0;
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

export type HistogramName =
  | "livekit_pubsubtime_ms"
  | "livekit_session_join_latency_ms"
  | "livekit_jitter_us"
  | "livekit_rtt_ms"
  | "livekit_quality_score";

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
