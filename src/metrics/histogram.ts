/** Histograms by cumulative buckets, as Prometheus has them. Merged before any quantile is taken. */

export type Histogram = {
  count: number;
  sum: number;
  /** [upper bound, cumulative count], ascending; the last bound is Infinity. */
  buckets: [number, number][];
};

/** Adds histograms up, bucket by bucket. Null when their bounds differ: they cannot be merged without inventing. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram | null {
  const [first, ...others] = histograms;
  if (!first) return null;
  const merged: Histogram = { count: first.count, sum: first.sum, buckets: first.buckets.map(([le, n]) => [le, n]) };
  for (const other of others) {
    if (other.buckets.length !== merged.buckets.length) return null;
    for (const [i, bucket] of merged.buckets.entries()) {
      const [le, n] = other.buckets[i] ?? [Number.NaN, 0];
      if (le !== bucket[0]) return null;
      bucket[1] += n;
    }
    merged.count += other.count;
    merged.sum += other.sum;
  }
  return merged;
}

export type Quantile =
  /** Interpolated within the bucket [low, high]. */
  | { kind: "value"; value: number; low: number; high: number }
  /** In the bucket without an upper bound: above this. */
  | { kind: "above"; value: number };

/**
 * The quantile, linearly interpolated in its bucket as Prometheus' `histogram_quantile` does; the first bucket begins
 * at 0. Null for an empty histogram.
 */
export function quantile(histogram: Histogram, q: number): Quantile | null {
  if (histogram.count <= 0) return null;
  const rank = q * histogram.count;
  let low = 0;
  let below = 0;
  for (const [high, cumulative] of histogram.buckets) {
    if (cumulative >= rank && cumulative > below) {
      if (high === Number.POSITIVE_INFINITY) return { kind: "above", value: low };
      const value = low + ((high - low) * Math.max(0, rank - below)) / (cumulative - below);
      return { kind: "value", value, low, high };
    }
    low = high;
    below = cumulative;
  }
  return { kind: "above", value: low };
}
