import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mergeHistograms, quantile, type Histogram } from "../../src/metrics/histogram.ts";

const bounds = [100, 200, 500, 700, 1000, 5000, 10_000, Number.POSITIVE_INFINITY];

function histogramOf(values: readonly number[]): Histogram {
  return {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    buckets: bounds.map((le) => [le, values.filter((value) => value <= le).length]),
  };
}

const values = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });

test("property: a quantile lies in the bucket of the value of that rank", () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, q) => {
      const sorted = list.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(q * list.length)) - 1] ?? 0;
      const found = quantile(histogramOf(list), q);
      if (exact > 10_000) expect(found).toEqual({ kind: "above", value: 10_000 });
      else {
        const high = bounds.find((bound) => exact <= bound);
        expect(found).toMatchObject({ kind: "value", high });
        if (found?.kind === "value") {
          expect(found.value).toBeGreaterThanOrEqual(found.low);
          expect(found.value).toBeLessThanOrEqual(found.high);
        }
      }
    }),
  );
});

test("property: merging histograms is the histogram of all values", () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (lists) => {
      expect(mergeHistograms(lists.map(histogramOf))).toEqual(histogramOf(lists.flat()));
    }),
  );
});

test("interpolates within the bucket, as Prometheus does", () => {
  expect(
    quantile(
      {
        count: 10,
        sum: 0,
        buckets: [
          [100, 0],
          [200, 10],
          [Infinity, 10],
        ],
      },
      0.5,
    ),
  ).toMatchObject({ value: 150 });
  expect(
    quantile(
      {
        count: 4,
        sum: 0,
        buckets: [
          [100, 4],
          [Infinity, 4],
        ],
      },
      0.25,
    ),
  ).toMatchObject({ value: 25, low: 0 });
});

test("nothing is made of nothing", () => {
  expect(quantile({ count: 0, sum: 0, buckets: [] }, 0.5)).toBeNull();
  expect(mergeHistograms([])).toBeNull();
  expect(mergeHistograms([histogramOf([1]), { count: 1, sum: 1, buckets: [[5, 1]] }])).toBeNull();
});
