/** The figure of each threshold metric, or why there is none. */
import type { ThresholdMetric } from "../config/thresholds.ts";
import { distributionOf, samplesNeeded } from "./distribution.ts";
import { quantile, type Histogram } from "./histogram.ts";
import type { Latencies } from "./joins.ts";
import type { ProbeFigures } from "./probes/analyse.ts";
import type { Distribution, Share, Source } from "./result.ts";
import type { Figure } from "./server-metrics.ts";
import type { Figures, MetricFigure } from "./thresholds.ts";

export type FigureInputs = {
  loss: Figure<Share>;
  retransmission: Figure<Share>;
  subscribe: Figure<Histogram>;
  subscribeTime: Distribution | null;
  firstTrack: Latencies;
  firstTrackTime: Distribution | null;
  participants: Share | null;
  tracks: Share | null;
  hosts: Share | null;
  probes: ProbeInputs;
  /** The threshold that ended the load; null: none did. */
  abortedBy: { metric: string } | null;
};

type PercentileName = keyof typeof samplesNeeded;

export function figuresOf(inputs: FigureInputs): Figures {
  const first = (name: PercentileName) =>
    timedPercentile(inputs.firstTrack, inputs.firstTrackTime, name, {
      source: "lk stream",
      window: "load",
      none: "no source: no subscriber is expected to get a track",
      censored: "never got a track",
    });
  return {
    ...serverFigures({ ...inputs, window: "load" }),
    firstTrackP50: first("p50"),
    firstTrackP90: first("p90"),
    firstTrackP99: first("p99"),
    participantsJoined: share(inputs.participants, "load", "no source: no load was generated"),
    tracksSubscribed: share(inputs.tracks, "load", "no source: no subscriber is expected to get a track"),
    hostsFinished: share(
      inputs.hosts,
      "load",
      inputs.abortedBy === null
        ? "no source: no load was generated"
        : `the load was ended before its time by the threshold on ${inputs.abortedBy.metric}`,
    ),
    ...probeFigures(inputs.probes),
  } satisfies Record<ThresholdMetric, MetricFigure>;
}

/** @param inputs.window of the subscribe times; packets are always counted in the steady window */
export function serverFigures(
  inputs: Pick<FigureInputs, "loss" | "retransmission" | "subscribe" | "subscribeTime"> & {
    window: MetricFigure["window"];
  },
): Record<"loss" | "retransmission" | "trackSubscribeP50" | "trackSubscribeP90" | "trackSubscribeP99", MetricFigure> {
  const { subscribe, subscribeTime, window } = inputs;
  const percentile = (name: keyof typeof quantiles) => serverPercentile(subscribe, subscribeTime, name, window);
  return {
    loss: serverShare(inputs.loss),
    retransmission: serverShare(inputs.retransmission),
    trackSubscribeP50: percentile("p50"),
    trackSubscribeP90: percentile("p90"),
    trackSubscribeP99: percentile("p99"),
  };
}

/** What the probes measured in a time, or why that cannot be judged. */
export type ProbeInputs = { figures: ProbeFigures } | { figures: null; reason: string };

export type ProbeMetric = Extract<ThresholdMetric, `probe${string}`>;

export function probeFigures(inputs: ProbeInputs): Record<ProbeMetric, MetricFigure> {
  const at = (what: TimedFigure, name: PercentileName): MetricFigure => {
    const source: Source = what === "rtt" ? "libwebrtc" : "probes";
    if (inputs.figures === null) return unknownFigure("steady", `no source: ${inputs.reason}`);
    const latencies = inputs.figures[what];
    const { values, censored } = latencies;
    const times =
      values.length + censored === 0 ? null : distributionOf(values, { source, unit: "ms", censored, points: 0 });
    return timedPercentile(latencies, times, name, {
      source,
      window: "steady",
      none: "no source: the probes measured nothing of it",
      censored: "failed",
    });
  };
  const of = (what: SharedFigure): MetricFigure =>
    inputs.figures === null
      ? unknownFigure("steady", `no source: ${inputs.reason}`)
      : share(inputs.figures[what], "steady", "no source: the probes measured nothing of it");
  return {
    probeJoinP50: at("join", "p50"),
    probeJoinP95: at("join", "p95"),
    probeJoinP99: at("join", "p99"),
    probeSubscribeP50: at("subscribe", "p50"),
    probeSubscribeP95: at("subscribe", "p95"),
    probeSubscribeP99: at("subscribe", "p99"),
    probeFirstFrameP50: at("firstFrame", "p50"),
    probeFirstFrameP95: at("firstFrame", "p95"),
    probeFirstFrameP99: at("firstFrame", "p99"),
    probeLatencyP50: at("latency", "p50"),
    probeLatencyP95: at("latency", "p95"),
    probeLatencyP99: at("latency", "p99"),
    probeDataRoundTripP50: at("dataRoundTrip", "p50"),
    probeDataRoundTripP95: at("dataRoundTrip", "p95"),
    probeRttP50: at("rtt", "p50"),
    probeRttP95: at("rtt", "p95"),
    probesJoined: of("joined"),
    probeAudioLoss: of("audioLoss"),
    probeVideoLoss: of("videoLoss"),
    probeFrozen: of("frozen"),
    probeConcealed: of("concealed"),
  };
}

type TimedFigure = {
  [Name in keyof ProbeFigures]: ProbeFigures[Name] extends Latencies ? Name : never;
}[keyof ProbeFigures];
type SharedFigure = Exclude<keyof ProbeFigures, TimedFigure>;

function unknownFigure(window: MetricFigure["window"], reason: string): MetricFigure {
  return { measured: null, source: null, n: null, window, reason };
}

function share(value: Share | null, window: MetricFigure["window"], reason: string): MetricFigure {
  if (value === null) return { measured: null, source: null, n: null, window, reason };
  return { measured: value.value * 100, source: value.source, n: Math.round(value.whole), window, reason: null };
}

function serverShare(figure: Figure<Share>): MetricFigure {
  return share(figure.value, "steady", figure.reason ?? "");
}

const quantiles = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

function serverPercentile(
  histogram: Figure<Histogram>,
  distribution: Distribution | null,
  name: keyof typeof quantiles,
  window: MetricFigure["window"],
): MetricFigure {
  const source: Source = distribution?.source ?? "server histogram";
  if (histogram.value === null || distribution === null) {
    return { measured: null, source: null, n: null, window, reason: histogram.reason ?? "no source" };
  }
  const { n } = distribution;
  const measured = distribution[name];
  if (measured !== null) return { measured, source, n, window, reason: null };
  if (n < samplesNeeded[name]) return { measured, source, n, window, reason: tooFew(name, n) };
  const at = quantile(histogram.value, quantiles[name]);
  return {
    measured,
    source,
    n,
    window,
    reason: `${name} lies above the highest bucket of the server`,
    above: at?.kind === "above" ? at.value : null,
  };
}

function timedPercentile(
  latencies: Latencies,
  distribution: Distribution | null,
  name: PercentileName,
  about: { source: Source; window: MetricFigure["window"]; none: string; censored: string },
): MetricFigure {
  const { source, window } = about;
  if (distribution === null) return { measured: null, source: null, n: null, window, reason: about.none };
  const n = distribution.n + distribution.censored;
  const measured = distribution[name];
  if (measured !== null) return { measured, source, n, window, reason: null };
  if (n < samplesNeeded[name]) return { measured, source, n, window, reason: tooFew(name, n) };
  return {
    measured,
    source,
    n,
    window,
    above: latencies.censoredAtLeastMs,
    reason: `${name} is among the ${distribution.censored} that ${about.censored}`,
  };
}

const tooFew = (name: keyof typeof samplesNeeded, n: number): string =>
  `too few samples: ${name} needs ${samplesNeeded[name]}, there are ${n}`;
