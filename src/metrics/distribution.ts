/** Exact distributions of measured values, with those that were intended but never seen. */
import { quantile, type Histogram } from "./histogram.ts";
import type { Distribution, Source } from "./result.ts";

/** Samples that a percentile needs: with fewer it is the maximum by another name. */
export const samplesNeeded = { p50: 1, p90: 10, p95: 20, p99: 100 } as const;
const ecdfPoints = 200;

/**
 * Percentiles by nearest rank over measured and censored values together: a censored one counts as longer than any
 * measured. One that falls among them is unknown, and so are the mean and the maximum as soon as there is any.
 * @param values need not be sorted; not changed
 * @param options.points at most so many of the cumulative distribution are kept
 */
export function distributionOf(
  values: readonly number[] | Float64Array,
  options: { source: Source; unit: Distribution["unit"]; censored?: number; note?: string | null; points?: number },
): Distribution {
  const sorted = Float64Array.from(values).sort();
  const censored = options.censored ?? 0;
  const n = sorted.length;
  const total = n + censored;
  const notes: string[] = options.note ? [options.note] : [];
  const hidden: string[] = [];
  const percentile = (name: keyof typeof samplesNeeded, q: number): number | null => {
    if (total < samplesNeeded[name]) return null;
    const at = sorted[Math.max(1, Math.ceil(q * total)) - 1];
    if (at === undefined) hidden.push(name);
    return at === undefined ? null : round(at);
  };
  const [p50, p90] = [percentile("p50", 0.5), percentile("p90", 0.9)];
  const [p95, p99] = [percentile("p95", 0.95), percentile("p99", 0.99)];
  const longest = sorted[n - 1];
  if (censored > 0) {
    const seen = longest === undefined ? "" : `; the longest that was seen took ${round(longest)} ${options.unit}`;
    const unknown = hidden.length > 0 ? `${hidden.join(", ")}, mean and maximum are` : "mean and maximum are";
    notes.push(
      `${censored} of ${total} were never seen and count as longer than all others: ${unknown} unknown${seen}`,
    );
  }
  return {
    source: options.source,
    unit: options.unit,
    n,
    censored,
    min: n === 0 ? null : round(sorted[0] ?? 0),
    mean: n === 0 || censored > 0 ? null : round(sorted.reduce((sum, value) => sum + value, 0) / n),
    p50,
    p90,
    p95,
    p99,
    max: longest === undefined || censored > 0 ? null : round(longest),
    interpolated: false,
    note: notes.length === 0 ? null : notes.join("; "),
    ecdf: ecdf(sorted, total, options.points ?? ecdfPoints),
  };
}

/** A distribution read off a histogram: percentiles are interpolated, minimum and maximum are not known. */
export function distributionOfHistogram(
  histogram: Histogram,
  options: { note?: string | null; source?: Source } = {},
): Distribution {
  const notes: string[] = options.note ? [options.note] : [];
  const { count } = histogram;
  const percentile = (name: keyof typeof samplesNeeded, q: number): number | null => {
    if (count < samplesNeeded[name]) return null;
    const at = quantile(histogram, q);
    if (at === null) return null;
    if (at.kind === "value") return round(at.value);
    notes.push(`${name} lies above the highest bucket, ${at.value} ms`);
    return null;
  };
  const [p50, p90] = [percentile("p50", 0.5), percentile("p90", 0.9)];
  const [p95, p99] = [percentile("p95", 0.95), percentile("p99", 0.99)];
  const points: [number, number][] = [];
  for (const [le, cumulative] of histogram.buckets) {
    if (count > 0 && le !== Number.POSITIVE_INFINITY) points.push([le, share(cumulative, count)]);
  }
  return {
    source: options.source ?? "server histogram",
    unit: "ms",
    n: Math.round(count),
    censored: 0,
    min: null,
    mean: count > 0 ? round(histogram.sum / count) : null,
    p50,
    p90,
    p95,
    p99,
    max: null,
    interpolated: true,
    note: notes.length === 0 ? null : notes.join("; "),
    ecdf: points,
  };
}

function ecdf(sorted: Float64Array, total: number, most: number): [number, number][] {
  const points: [number, number][] = [];
  const n = sorted.length;
  const steps = Math.min(n, most);
  for (let i = 1; i <= steps; i++) {
    const rank = Math.ceil((i * n) / steps);
    points.push([round(sorted[rank - 1] ?? 0), share(rank, total)]);
  }
  return points;
}

/** Three decimals: a microsecond, below what any of the clocks resolves. */
const round = (value: number): number => Math.round(value * 1000) / 1000;
const share = (part: number, whole: number): number => Math.round((part / whole) * 1e6) / 1e6;
