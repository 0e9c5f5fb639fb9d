/** Judges thresholds. A figure that was not measured never passes. */
import { thresholdMetrics, type ThresholdMetric } from "../config/thresholds.ts";
import type { ThresholdPlan } from "../plan/plan.ts";
import type { Source, ThresholdResult } from "./result.ts";

/** What was measured for one metric, in the metric's unit. */
export type MetricFigure = {
  measured: number | null;
  source: Source | null;
  n: number | null;
  window: "steady" | "load";
  /** Why there is no figure. */
  reason: string | null;
  /** Known although there is no figure: that it is above this (participants that never came, the last bucket). */
  above?: number | null;
};

export type Figures = Record<ThresholdMetric, MetricFigure>;

export function judge(threshold: ThresholdPlan, figures: Figures): ThresholdResult {
  const { metric, op, value: target, unit, origin } = threshold;
  const known = Object.hasOwn(thresholdMetrics, metric) ? (metric as ThresholdMetric) : undefined;
  const figure: MetricFigure =
    known === undefined
      ? { measured: null, source: null, n: null, window: "load", reason: "no source: unknown metric" }
      : figures[known];
  const { measured, source, n, window } = figure;
  const meaning = known ? thresholdMetrics[known].meaning : metric;
  const judged = { metric, meaning, op, target, unit, origin, sliding: null };
  if (measured !== null) {
    const status = holds[op](measured, target) ? "passed" : "failed";
    return { ...judged, measured, source, n, window, status, reason: null };
  }
  const above = figure.above ?? null;
  if (above !== null && (op === "<=" || op === "<") && above >= target) {
    const reason = `above ${Math.round(above)} ${unit}: ${figure.reason ?? "its value is not known"}`;
    return { ...judged, measured: null, source, n, window, status: "failed", reason };
  }
  const reason = figure.reason ?? "no source";
  return { ...judged, measured: null, source, n, window, status: "not judged", reason };
}

/** Whether the figure breaks the limit, as far as it is known. */
export function breaks(threshold: ThresholdPlan, figure: MetricFigure): boolean {
  if (figure.measured !== null) return !holds[threshold.op](figure.measured, threshold.value);
  const upper = threshold.op === "<=" || threshold.op === "<";
  return upper && figure.above !== undefined && figure.above !== null && figure.above >= threshold.value;
}

const holds: Record<ThresholdPlan["op"], (measured: number, target: number) => boolean> = {
  "<=": (measured, target) => measured <= target,
  ">=": (measured, target) => measured >= target,
  "<": (measured, target) => measured < target,
  ">": (measured, target) => measured > target,
};
