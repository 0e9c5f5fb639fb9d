import * as fc from "fast-check";
import { expect, test } from "vitest";
import { distributionOf, distributionOfHistogram } from "../../src/metrics/distribution.ts";

const of = (values: readonly number[], censored = 0) =>
  distributionOf(values, { source: "lk stream", unit: "ms", censored });

test("property: percentiles are those of the naive way, censored values being the longest", () => {
  const values = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 400 });
  fc.assert(
    fc.property(values, fc.nat(100), (list, censored) => {
      const all = [...list, ...Array<number>(censored).fill(Infinity)].toSorted((a, b) => a - b);
      const naive = (q: number, needed: number) => {
        if (all.length < needed) return null;
        const value = all[Math.max(1, Math.ceil(q * all.length)) - 1] ?? Infinity;
        return value === Infinity ? null : value;
      };
      expect(of(list, censored)).toMatchObject({
        n: list.length,
        censored,
        p50: naive(0.5, 1),
        p90: naive(0.9, 10),
        p99: naive(0.99, 100),
      });
    }),
  );
});

test("property: the cumulative distribution rises to the share that was seen", () => {
  const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 1000 });
  fc.assert(
    fc.property(values, fc.nat(50), (list, censored) => {
      const { ecdf } = of(list, censored);
      expect(ecdf.length).toBeLessThanOrEqual(200);
      expect(ecdf.at(-1)).toEqual([Math.max(...list), expect.closeTo(list.length / (list.length + censored), 5)]);
      for (const [i, [value, share]] of ecdf.entries()) {
        const [before, shareBefore] = ecdf[i - 1] ?? [0, 0];
        expect(value).toBeGreaterThanOrEqual(before);
        expect(share).toBeGreaterThan(shareBefore);
      }
    }),
  );
});

test("too few values carry no percentile", () => {
  expect(of([5])).toMatchObject({ n: 1, p50: 5, p90: null, p99: null, max: 5 });
  expect(of([])).toMatchObject({ n: 0, min: null, mean: null, p50: null, max: null, ecdf: [], note: null });
  const values = Array.from({ length: 99 }, (_, i) => i);
  expect(of(values)).toMatchObject({ p90: 89, p99: null });
  expect(of([...values, 99])).toMatchObject({ p99: 98 });
});

test("those never seen make mean and maximum unknown, and the note says so", () => {
  const { mean, max, p90, note } = of(Array<number>(90).fill(7), 10);
  expect({ mean, max, p90 }).toEqual({ mean: null, max: null, p90: 7 });
  expect(note).toBe(
    "10 of 100 were never seen and count as longer than all others: p95, p99, mean and maximum are unknown; the longest that was seen took 7 ms",
  );
  expect(of([], 3)).toMatchObject({ p50: null, n: 0, censored: 3 });
});

test("percentiles of a histogram are interpolated, and none is told above its buckets", () => {
  const buckets: [number, number][] = [
    [100, 50],
    [200, 100],
    [Infinity, 200],
  ];
  expect(distributionOfHistogram({ count: 200, sum: 20_000, buckets })).toMatchObject({
    source: "server histogram",
    n: 200,
    mean: 100,
    p50: 200,
    p90: null,
    p99: null,
    min: null,
    max: null,
    interpolated: true,
    ecdf: [
      [100, 0.25],
      [200, 0.5],
    ],
    note: "p90 lies above the highest bucket, 200 ms; p95 lies above the highest bucket, 200 ms; p99 lies above the highest bucket, 200 ms",
  });
});
