/**
 * Thresholds on windows that slide over the steady window. The same code judges while the load runs, to end it, and
 * afterwards from the raw files: a window is judged from what lies within it alone, so both give the same answer.
 */
import { slides, type ThresholdMetric } from "../config/thresholds.ts";
import type { Plan, ThresholdPlan } from "../plan/plan.ts";
import { distributionOfHistogram } from "./distribution.ts";
import { probeFigures, serverFigures, type ProbeMetric } from "./figures.ts";
import type { HostStream } from "./host-stream.ts";
import { lossOf, retransmissionOf, type ShareOf } from "./media.ts";
import type { ProbesAnalysis } from "./probes/analyse.ts";
import { growth, histogramGrowth, isFirstSubscription, type ServerMetrics } from "./server-metrics.ts";
import { hostRtp, rtpResult } from "./rtp-loss.ts";
import { breaks, type MetricFigure } from "./thresholds.ts";
import type { ThresholdResult } from "./result.ts";
import type { TimeRange } from "./window.ts";

/** Between the ends of two windows of the probes' figures. */
const stepMs = 1000;
/**
 * After a window's end, until all that probes tell of it has come: a visit is told when it is over, up to two steps of
 * 10 s each after it began.
 */
const told = { visits: 21_000, media: 2000 };

export type Measuring = {
  plan: Plan;
  server: ServerMetrics;
  probes: ProbesAnalysis;
  /** Of the hosts that were armed. */
  streams: readonly HostStream[];
};
export type JudgedWindow = TimeRange & { figure: MetricFigure; broken: boolean };

/**
 * All windows of a threshold that lie in the steady window, in order.
 * @param live while the load runs: only windows that end after `afterMs`, of which all is known by now
 */
export function* windowsOf(
  threshold: ThresholdPlan,
  measuring: Measuring,
  steady: TimeRange,
  live: { afterMs?: number | undefined; knownUntilMs?: number } = {},
): Generator<JudgedWindow> {
  const { forMs } = threshold;
  const metric = threshold.metric as ThresholdMetric;
  if (forMs === undefined) return;
  const { afterMs = Number.NEGATIVE_INFINITY, knownUntilMs = Number.POSITIVE_INFINITY } = live;
  const judged = (range: TimeRange, figure: MetricFigure) => ({ ...range, figure, broken: breaks(threshold, figure) });
  if (slides(metric) === "probes") {
    const { plan, probes } = measuring;
    const lateMs = isOfVisits(metric) ? told.visits : told.media;
    for (const range of gridOf(steady, forMs, { afterMs, knownUntilMs: knownUntilMs - lateMs })) {
      yield judged(range, probeFigures(probes.judged(plan.probes, range))[metric as ProbeMetric]);
    }
    return;
  }
  // What the hosts did not get is what was lost; the servers' counters stand in where no host reads RTP.
  if (metric === "loss" && measuring.streams.some(({ rtp }) => rtp.seconds.length > 0)) {
    for (const range of gridOf(steady, forMs, { afterMs, knownUntilMs: knownUntilMs - told.media })) {
      yield judged(range, rtpFigure(measuring.streams, range));
    }
    return;
  }
  const { counters: source, histogram } = measuring.server.sources;
  const share: ShareOf = (part, whole) => ({ part, whole, value: part / whole, source });
  for (const { spans, ...range } of measuring.server.windows(steady, forMs)) {
    if (range.toMs <= afterMs) continue;
    const subscribe = histogramGrowth(spans, "livekit_pubsubtime_ms", isFirstSubscription);
    const figures = serverFigures({
      loss: lossOf(growth(spans, "outgoing"), share),
      retransmission: retransmissionOf(growth(spans, "outgoing"), share),
      subscribe,
      subscribeTime: subscribe.value === null ? null : distributionOfHistogram(subscribe.value, { source: histogram }),
      window: "steady",
    });
    yield judged(range, figures[metric as keyof typeof figures]);
  }
}

/** One window after the other, a second apart. */
function* gridOf(
  steady: TimeRange,
  forMs: number,
  { afterMs, knownUntilMs }: { afterMs: number; knownUntilMs: number },
): Generator<TimeRange> {
  for (let toMs = steady.fromMs + forMs; toMs <= steady.toMs && toMs <= knownUntilMs; toMs += stepMs) {
    if (toMs > afterMs) yield { fromMs: toMs - forMs, toMs };
  }
}

/** Loss on the way to the hosts, where all that have subscribers read it. */
function rtpFigure(streams: readonly HostStream[], range: TimeRange): MetricFigure {
  const hosts = streams.map((stream) => {
    const subscribers = stream.segments.reduce((sum, { subscribersJoined }) => sum + subscribersJoined, 0);
    const rtp = hostRtp(stream.rtp, range, subscribers);
    return { name: stream.host.name, samples: stream.rtp, rtp, isWhole: true, subscribers };
  });
  const { loss, reason } = rtpResult(hosts, range);
  return loss === null || reason !== null
    ? { measured: null, source: null, n: null, window: "steady", reason: `no source: ${reason}` }
    : { measured: loss.value * 100, source: loss.source, n: Math.round(loss.whole), window: "steady", reason: null };
}

/** The threshold's result over all its windows: that of the worst one, as it must hold in each. */
export function judgeSliding(
  threshold: ThresholdPlan,
  measuring: Measuring,
  steady: TimeRange | null,
  abortedBy: { metric: string } | null,
): Pick<ThresholdResult, "measured" | "source" | "n" | "status" | "reason" | "sliding"> {
  const { forMs = 0, op } = threshold;
  const windows = steady === null ? [] : [...windowsOf(threshold, measuring, steady)];
  const known = windows.filter(({ figure, broken }) => figure.measured !== null || broken);
  const size = ({ figure }: JudgedWindow) => figure.measured ?? Number.POSITIVE_INFINITY;
  const worst = known.toSorted((a, b) => (op === "<=" || op === "<" ? size(b) - size(a) : size(a) - size(b)))[0];
  const broken = known.some((window) => window.broken);
  const sliding = {
    forMs,
    judged: known.length,
    windows: windows.length,
    worst: worst === undefined ? null : { fromMs: worst.fromMs, toMs: worst.toMs },
    aborted: abortedBy?.metric === threshold.metric,
  };
  if (worst === undefined) {
    const reason =
      steady === null
        ? "no source: there was no steady window"
        : (windows[0]?.figure.reason ??
          `no source: the steady window holds no window of ${Math.round(forMs / 1000)} s`);
    return { measured: null, source: null, n: null, status: "not judged", reason, sliding };
  }
  const { measured, source, n, reason } = worst.figure;
  const status = broken ? "failed" : "passed";
  return { measured, source, n, status, reason: measured === null ? reason : null, sliding };
}

/** Figures that a visit gives, which are told when it is over. */
function isOfVisits(metric: string): boolean {
  return /^probe(Join|Subscribe|FirstFrame|DataRoundTrip|sJoined)/.test(metric);
}
