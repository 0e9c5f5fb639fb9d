/** Round numbers for axes. */

/** Steps of 1, 2, 2.5 or 5 times a power of ten: the smallest that needs at most `most` steps. */
export function roundStep(span: number, most: number): number {
  if (!(span > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(span / most));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power * most >= span * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** Ticks from 0 (or below, for negative values) to above `high`. */
export function valueTicks(low: number, high: number, most = 4): number[] {
  const bottom = Math.min(0, low);
  const step = roundStep(Math.max(high, 0) - bottom, most);
  const first = Math.floor(bottom / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.max(high, 0) / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const timeStepsMs = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400].map(
  (s) => s * 1000,
);

/** A step that people count time in, at most `most` of them in the span. */
export function timeStepMs(spanMs: number, most: number): number {
  return timeStepsMs.find((step) => spanMs / step <= most) ?? roundStep(spanMs, most);
}
