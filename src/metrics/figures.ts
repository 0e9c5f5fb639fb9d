/** The figure of each threshold metric, or why there is none. */
import type { ThresholdMetric } from "../config/thresholds.ts";
import { samplesNeeded } from "./distribution.ts";
import { quantile, type Histogram } from "./histogram.ts";
import type { Latencies } from "./joins.ts";
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
};

export function figuresOf(inputs: FigureInputs): Figures {
  const server = (name: "p50" | "p90" | "p99") => serverPercentile(inputs.subscribe, inputs.subscribeTime, name);
  const first = (name: "p50" | "p90" | "p99") => streamPercentile(inputs.firstTrack, inputs.firstTrackTime, name);
  return {
    loss: serverShare(inputs.loss),
    retransmission: serverShare(inputs.retransmission),
    trackSubscribeP50: server("p50"),
    trackSubscribeP90: server("p90"),
    trackSubscribeP99: server("p99"),
    firstTrackP50: first("p50"),
    firstTrackP90: first("p90"),
    firstTrackP99: first("p99"),
    participantsJoined: share(inputs.participants, "load", "no source: no load was generated"),
    tracksSubscribed: share(inputs.tracks, "load", "no source: no subscriber is expected to get a track"),
    hostsFinished: share(inputs.hosts, "load", "no source: no load was generated"),
  } satisfies Record<ThresholdMetric, MetricFigure>;
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
): MetricFigure {
  const source: Source = distribution?.source ?? "server histogram";
  if (histogram.value === null || distribution === null) {
    return { measured: null, source: null, n: null, window: "load", reason: histogram.reason ?? "no source" };
  }
  const { n } = distribution;
  const measured = distribution[name];
  if (measured !== null) return { measured, source, n, window: "load", reason: null };
  if (n < samplesNeeded[name]) return { measured, source, n, window: "load", reason: tooFew(name, n) };
  const at = quantile(histogram.value, quantiles[name]);
  return {
    measured,
    source,
    n,
    window: "load",
    reason: `${name} lies above the highest bucket of the server`,
    above: at?.kind === "above" ? at.value : null,
  };
}

function streamPercentile(
  latencies: Latencies,
  distribution: Distribution | null,
  name: keyof typeof quantiles,
): MetricFigure {
  if (distribution === null) {
    const reason = "no source: no subscriber is expected to get a track";
    return { measured: null, source: null, n: null, window: "load", reason };
  }
  const source: Source = "lk stream";
  const n = distribution.n + distribution.censored;
  const measured = distribution[name];
  if (measured !== null) return { measured, source, n, window: "load", reason: null };
  if (n < samplesNeeded[name]) return { measured, source, n, window: "load", reason: tooFew(name, n) };
  return {
    measured,
    source,
    n,
    window: "load",
    above: latencies.censoredAtLeastMs,
    reason: `${name} is among the ${distribution.censored} that never got a track`,
  };
}

const tooFew = (name: keyof typeof samplesNeeded, n: number): string =>
  `no source: ${name} needs ${samplesNeeded[name]} samples, there are ${n}`;
