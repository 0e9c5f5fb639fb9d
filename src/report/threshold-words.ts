/** A threshold's result in words: the same in every report. */
import { reasonKind } from "./missing.ts";
import type { Result, ThresholdResult } from "../metrics/result.ts";
import { formatElapsed } from "./moment.ts";
import { formatIn, formatMs, formatNumber } from "./quantity.ts";

const signs = { "<=": "≤", ">=": "≥", "<": "<", ">": ">" } as const;

/** `≤ 2.5 %`, exactly as it was set. */
export function targetText(threshold: ThresholdResult): string {
  return `${signs[threshold.op]} ${String(threshold.target)} ${threshold.unit}`;
}

/** The measured value, with as many digits as it takes to tell it from the target. */
export function measuredText(threshold: ThresholdResult): string {
  const { measured, target, unit } = threshold;
  if (measured === null) return threshold.status === "failed" ? "beyond what can be measured" : "not measured";
  const short = formatIn(measured, unit);
  if (measured === target || short !== formatIn(target, unit)) return short;
  for (let digits = 4; digits <= 15; digits++) {
    const longer = measured.toPrecision(digits);
    if (Number(longer) !== target) return `${longer} ${unit}`;
  }
  return `${String(measured)} ${unit}`;
}

/** How far from the target: `88 ms to spare`, `over by 0.7 points`; null without a figure. */
export function marginText(threshold: ThresholdResult): string | null {
  const { measured, target, unit, op } = threshold;
  if (measured === null) return null;
  const isUpper = op === "<=" || op === "<";
  const spare = isUpper ? target - measured : measured - target;
  if (spare === 0) return "exactly at the limit";
  const size = Math.abs(spare);
  const amount = unit === "ms" ? formatMs(size) : `${formatNumber(size)} points`;
  if (spare > 0) return `${amount} to spare`;
  return isUpper ? `over by ${amount}` : `short by ${amount}`;
}

/** The window that a threshold was judged on, with its bounds in elapsed time. */
export function windowText(threshold: ThresholdResult, phases: Result["phases"]): string {
  if (threshold.window === "load") return "whole load";
  const { steady, startAtMs } = phases;
  if (threshold.sliding !== null) return slidingText(threshold.sliding, startAtMs);
  if (!steady) return "steady: none";
  if (startAtMs === null) return `steady, ${formatMs(steady.durationMs)}`;
  return `steady ${formatElapsed(steady.fromMs - startAtMs)}–${formatElapsed(steady.toMs - startAtMs)}`;
}

/** What the reports print as the status: a threshold without a figure can never be read as passed. */
export function statusText(threshold: ThresholdResult): string {
  if (threshold.status !== "not judged") return threshold.status;
  const why = reasonKind(threshold.reason ?? "");
  return why === undefined ? "not judged" : `not judged: ${why}`;
}

/** `any 30 s of steady; worst 0:42–1:12`. */
function slidingText(
  { forMs, worst, judged, windows }: NonNullable<ThresholdResult["sliding"]>,
  zeroMs: number | null,
) {
  const which =
    worst === null || zeroMs === null
      ? ""
      : `; worst ${formatElapsed(worst.fromMs - zeroMs)}–${formatElapsed(worst.toMs - zeroMs)}`;
  const unknown = judged < windows ? `; ${windows - judged} of ${windows} not judged` : "";
  return `any ${formatMs(forMs)} of steady${which}${unknown}`;
}
