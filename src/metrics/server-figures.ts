/** What is read off a LiveKit server's metrics, for one server or for several together. */
import { samplesNeeded } from "./distribution.ts";
import { quantile } from "./histogram.ts";
import type { ScrapeTick } from "./scrape-ticks.ts";
import { growth, histogramGrowth, spanFromMs } from "./server-metrics.ts";
import type { Direction, Figure, HistogramName, Span } from "./server-metrics.ts";
import type { ServerFigure } from "./server-result.ts";
import type { TimeRange } from "./window.ts";

type Labels = Readonly<Record<string, string>>;
export type FigureInputs = {
  spans: readonly Span[];
  range: TimeRange;
  /** Of these endpoints alone. */
  ticks: readonly ScrapeTick[];
};
export type Definition = Omit<ServerFigure, "source"> & {
  kind: "counters" | "histogram" | "gauges";
  read: (inputs: FigureInputs) => Figure<number>;
};

const none = (reason: string): Figure<number> => ({ value: null, reason });
const absent = (metric: string) => none(`absent: the server has no ${metric}`);
const notYet = (metric: string) =>
  none(`absent: the server has no ${metric}: it counted none since its start, or its version does not have it`);

/** A counter whose family has a series of its own only once something was counted. */
function counter(
  name: string,
  about: { meaning: string; metric: string; unit?: "" | "bytes"; window?: "load" },
  matches: (labels: Labels) => boolean = () => true,
): Definition {
  const { meaning, metric, unit = "", window = "steady" } = about;
  const read = ({ spans }: FigureInputs): Figure<number> => {
    if (!spans.some(({ endpoint }) => endpoint.has(metric))) return notYet(metric);
    let total = 0;
    for (const { endpoint, from, to } of spans) {
      for (const { labels, delta } of endpoint.deltas(metric, from, to)) if (matches(labels)) total += delta;
    }
    return { value: total };
  };
  return { name, meaning, unit, metric, window, interpolated: false, kind: "counters", read };
}

const going = (direction: Direction) => (labels: Labels) => labels["direction"] === direction;
const state = (matches: (state: string) => boolean) => (labels: Labels) => matches(labels["state"] ?? "");

/** Sum over the servers at each scrape, over time. */
function gauge(
  name: string,
  how: "peak" | "mean",
  { isFamily = false, ...about }: { meaning: string; metric: string; isFamily?: boolean },
): Definition {
  const read = ({ ticks, range, spans }: FigureInputs): Figure<number> => {
    // Series of a family come with their first event: a server that has rooms at all then has none of these.
    const isKnown = spans.every(({ endpoint }) => endpoint.has(about.metric) || (isFamily && endpoint.has(rooms)));
    if (!isKnown) return absent(about.metric);
    const sums = ticks.flatMap(({ atMs, scrapes, isWhole }) => {
      if (!isWhole || atMs < range.fromMs || atMs > range.toMs) return [];
      return [[...scrapes].reduce((sum, [endpoint, at]) => sum + (endpoint.sumAt(about.metric, at) ?? 0), 0)];
    });
    if (sums.length === 0) return none("no scrape of every server in the window");
    const total = sums.reduce((sum, value) => sum + value, 0);
    return { value: how === "peak" ? Math.max(...sums) : total / sums.length };
  };
  return { name, ...about, unit: "", window: "steady", interpolated: false, kind: "gauges", read };
}

function percentile(
  name: string,
  q: "p10" | "p50" | "p90" | "p99",
  about: { meaning: string; metric: HistogramName; unit: "ms" | ""; scale?: number; direction?: Direction },
): Definition {
  const { meaning, metric, unit, scale = 1, direction } = about;
  const read = ({ spans }: FigureInputs): Figure<number> => {
    const histogram = histogramGrowth(spans, metric, direction === undefined ? () => true : going(direction));
    if (histogram.value === null)
      return none(histogram.reason.replace("no source: the server does not report", "absent:"));
    const needed = samplesNeeded[q === "p10" ? "p90" : q];
    if (histogram.value.count < needed) return none(`${histogram.value.count} samples, ${q} needs ${needed}`);
    const at = quantile(histogram.value, Number(q.slice(1)) / 100);
    if (at === null || at.kind === "above") return none(`${q} lies above the highest bucket`);
    return { value: at.value * scale };
  };
  return { name, meaning, unit, metric, window: "steady", interpolated: true, kind: "histogram", read };
}

function mean(name: string, about: { meaning: string; metric: HistogramName; unit: "ms" | "" }): Definition {
  const read = ({ spans }: FigureInputs): Figure<number> => {
    const { value, reason } = histogramGrowth(spans, about.metric, () => true);
    return value === null
      ? none((reason ?? "").replace("no source: the server does not report", "absent:"))
      : { value: value.sum / value.count };
  };
  return { name, ...about, window: "steady", interpolated: false, kind: "histogram", read };
}

function share(
  name: string,
  direction: Direction,
  about: { meaning: string; metric: string },
  part: (growth: { lost: number | null; retransmitted: number; packets: number }) => [number, number] | null,
): Definition {
  const read = ({ spans }: FigureInputs): Figure<number> => {
    const { value, reason } = growth(spans, direction);
    if (value === null) return none((reason ?? "").replace("no source: ", ""));
    const [some, all] = part(value) ?? [0, 0];
    return all > 0 ? { value: (some / all) * 100 } : none("the server does not report lost packets");
  };
  return { name, ...about, unit: "%", window: "steady", interpolated: false, kind: "counters", read };
}

/** CPU seconds that were used over the seconds in which they were. */
const cpu: Definition = {
  name: "cpuMean",
  meaning: "cores that the processes used, mean",
  unit: "cores",
  metric: "process_cpu_seconds_total",
  window: "steady",
  interpolated: false,
  kind: "counters",
  read: ({ spans }) => {
    let cores: number | null = null;
    for (const span of spans) {
      const { endpoint, from, to } = span;
      const seconds = ((endpoint.timesMs[to] ?? 0) - spanFromMs(span)) / 1000;
      const [grown] = endpoint.deltas("process_cpu_seconds_total", from, to);
      if (grown !== undefined && seconds > 0) cores = (cores ?? 0) + grown.delta / seconds;
    }
    return cores === null ? absent("process_cpu_seconds_total") : { value: cores };
  },
};

/** livekit-server 1.13.5, pkg/telemetry/events.go: signalling and media both make a participant known. */
const countedTwice = "; one whose signalling goes through another server than its room's counts on both";
const rooms = "livekit_room_total";
const join = "livekit_participant_join_total";
const subscribe = "livekit_track_subscribe_counter";
const publish = "livekit_track_publish_counter";

export const definitions: readonly Definition[] = [
  gauge("roomsPeak", "peak", { meaning: "rooms, most at once", metric: rooms }),
  gauge("roomsMean", "mean", { meaning: "rooms, mean", metric: rooms }),
  gauge("participantsPeak", "peak", {
    meaning: `participants, most at once${countedTwice}`,
    metric: "livekit_participant_total",
  }),
  gauge("participantsMean", "mean", {
    meaning: `participants, mean${countedTwice}`,
    metric: "livekit_participant_total",
  }),
  gauge("tracksPublished", "peak", {
    meaning: "published tracks, most at once",
    metric: "livekit_track_published_total",
    isFamily: true,
  }),
  gauge("tracksSubscribed", "peak", {
    meaning: "subscribed tracks, most at once",
    metric: "livekit_track_subscribed_total",
    isFamily: true,
  }),
  counter(
    "joins",
    { meaning: "participants whose media connected", metric: join, window: "load" },
    state((is) => is === "rtc_active"),
  ),
  counter(
    "joinFailures",
    { meaning: "joins that failed, in signalling or media", metric: join, window: "load" },
    state((is) => /^signal_.*failed$/.test(is) || is === "rtc_failure"),
  ),
  counter(
    "subscriptions",
    { meaning: "track subscriptions that succeeded", metric: subscribe, window: "load" },
    state((is) => is === "success"),
  ),
  counter(
    "subscribeFailures",
    { meaning: "track subscriptions that failed", metric: subscribe, window: "load" },
    state((is) => is === "failure"),
  ),
  counter(
    "publishFailures",
    { meaning: "track publications that failed", metric: publish, window: "load" },
    state((is) => is === "failure"),
  ),
  counter("packetsOut", { meaning: "packets sent", metric: "livekit_packet_total" }, going("outgoing")),
  counter("packetsIn", { meaning: "packets received", metric: "livekit_packet_total" }, going("incoming")),
  counter("bytesOut", { meaning: "bytes sent", metric: "livekit_packet_bytes", unit: "bytes" }, going("outgoing")),
  counter("bytesIn", { meaning: "bytes received", metric: "livekit_packet_bytes", unit: "bytes" }, going("incoming")),
  share(
    "lossOut",
    "outgoing",
    { meaning: "packets lost to subscribers, of packets sent", metric: "livekit_packet_loss_total" },
    ({ lost, packets }) => (lost === null ? null : [lost, packets]),
  ),
  share(
    "lossIn",
    "incoming",
    { meaning: "packets lost from publishers, of packets received", metric: "livekit_packet_loss_total" },
    ({ lost, packets }) => (lost === null ? null : [lost, packets]),
  ),
  share(
    "retransmitted",
    "outgoing",
    { meaning: "packets sent again, of packets sent", metric: "livekit_packet_total" },
    ({ retransmitted, packets }) => [retransmitted, retransmitted + packets],
  ),
  counter(
    "outOfOrder",
    { meaning: "packets received out of order", metric: "livekit_packet_out_of_order_total" },
    going("incoming"),
  ),
  counter(
    "dropped",
    { meaning: "packets that the servers dropped themselves", metric: "livekit_node_packet_total" },
    (labels) => labels["type"] === "dropped",
  ),
  counter("nacksIn", { meaning: "NACKs from subscribers", metric: "livekit_nack_total" }, going("incoming")),
  counter("nacksOut", { meaning: "NACKs to publishers", metric: "livekit_nack_total" }, going("outgoing")),
  counter("plisIn", { meaning: "PLIs from subscribers", metric: "livekit_pli_total" }, going("incoming")),
  counter("plisOut", { meaning: "PLIs to publishers", metric: "livekit_pli_total" }, going("outgoing")),
  percentile("jitterInP90", "p90", {
    meaning: "jitter from publishers, 90th percentile",
    metric: "livekit_jitter_us",
    unit: "ms",
    scale: 1e-3,
    direction: "incoming",
  }),
  percentile("jitterOutP90", "p90", {
    meaning: "jitter at subscribers, 90th percentile",
    metric: "livekit_jitter_us",
    unit: "ms",
    scale: 1e-3,
    direction: "outgoing",
  }),
  percentile("rttP50", "p50", { meaning: "round trip time, median", metric: "livekit_rtt_ms", unit: "ms" }),
  percentile("rttP90", "p90", { meaning: "round trip time, 90th percentile", metric: "livekit_rtt_ms", unit: "ms" }),
  mean("qualityMean", { meaning: "connection quality, mean, at most 5", metric: "livekit_quality_score", unit: "" }),
  percentile("qualityP10", "p10", {
    meaning: "connection quality, 10th percentile",
    metric: "livekit_quality_score",
    unit: "",
  }),
  cpu,
  {
    ...gauge("memoryPeak", "peak", {
      meaning: "resident memory, most at once",
      metric: "process_resident_memory_bytes",
    }),
    unit: "bytes",
  },
];
