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
  sources: { serverMetrics: boolean; receivingSubscribers: number },
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
