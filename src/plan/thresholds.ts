/** Which limits a run is judged by, and which of them it will be able to judge. */
import {
  defaultThresholds,
  parseThreshold,
  thresholdMetrics,
  type ThresholdMetric,
  type ThresholdsConfig,
} from "../config/thresholds.ts";
import type { ThresholdPlan } from "./plan.ts";

const metrics = Object.keys(thresholdMetrics) as ThresholdMetric[];

/** Figures that only the servers' own metrics give. Loss has the hosts first, which is known once they are reached. */
const fromServers = new Set<string>([
  "retransmission",
  "trackSubscribeP50",
  "trackSubscribeP90",
  "trackSubscribeP99",
] satisfies ThresholdMetric[]);

/** Subscribers below which a percentile says nothing. */
const leastSubscribers = new Map<string, number>([
  ["firstTrackP90", 10],
  ["firstTrackP99", 100],
] satisfies [ThresholdMetric, number][]);

/** Joins of probes below which a percentile of what a join gives says nothing. */
function leastVisits(metric: string): number {
  const percentile = /^probe(?:Join|Subscribe|FirstFrame)P(95|99)$/.exec(metric)?.[1];
  return percentile === "99" ? 100 : percentile === "95" ? 20 : 1;
}

/** The user's thresholds over the defaults; `false` drops one. */
export function planThresholds(config: ThresholdsConfig): ThresholdPlan[] {
  return metrics.flatMap((metric): ThresholdPlan[] => {
    const own = config[metric];
    if (own === false) return [];
    if (own) return [{ metric, ...own, origin: "user" }];
    const text = defaultThresholds[metric];
    const limit = text === undefined ? undefined : parseThreshold(metric, text);
    return limit ? [{ metric, ...limit, origin: "default" }] : [];
  });
}

/** Thresholds whose figure will have no source, told before the run instead of after it. */
export function thresholdWarnings(
  thresholds: readonly ThresholdPlan[],
  sources: { serverMetrics: boolean; receivingSubscribers: number; probeVisits: number },
): string[] {
  const warnings: string[] = [];
  const blind = sources.serverMetrics ? [] : thresholds.filter((threshold) => fromServers.has(threshold.metric));
  const names = (origin: ThresholdPlan["origin"]) =>
    blind
      .filter((threshold) => threshold.origin === origin)
      .map((threshold) => threshold.metric)
      .join(", ");
  if (names("user") !== "") {
    warnings.push(
      `no source for the thresholds you set on ${names("user")}: without livekit.metrics or a kubernetes section the run is invalid`,
    );
  }
  if (names("default") !== "") {
    warnings.push(
      `no source for ${names("default")}: set livekit.metrics, or kubernetes for its pods, to have them judged`,
    );
  }
  const probed = thresholds.filter(({ metric }) => metric.startsWith("probe"));
  if (probed.length > 0 && sources.probeVisits === 0) {
    const metrics = probed.map(({ metric }) => metric).join(", ");
    warnings.push(`no source for the thresholds you set on ${metrics}: without probes (--probes 1) the run is invalid`);
  }
  for (const { metric } of sources.probeVisits === 0 ? [] : probed) {
    const least = leastVisits(metric);
    if (sources.probeVisits < least) {
      warnings.push(
        `${metric} needs ${least} joins of probes, the plan has ${sources.probeVisits}: the run will be invalid; ` +
          "hold the load longer, or set probes.perRoom or probes.interval",
      );
    }
  }
  for (const { metric, origin } of thresholds) {
    const least = leastSubscribers.get(metric) ?? 0;
    if (origin === "user" && sources.receivingSubscribers < least) {
      warnings.push(
        `${metric} needs ${least} subscribers that receive tracks, the plan has ${sources.receivingSubscribers}: ` +
          "the run will be invalid",
      );
    }
  }
  return warnings;
}
