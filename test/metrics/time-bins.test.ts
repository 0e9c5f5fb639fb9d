import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TimeBins } from "../../src/metrics/time-bins.ts";

test("never more points than asked for, and they are even", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 2, max: 600 }), (lengthMs, most) => {
      const bins = new TimeBins(1000, 1000 + lengthMs, most);
      expect(bins.count).toBeLessThanOrEqual(most);
      expect(bins.index(1000)).toBe(0);
      expect(bins.index(1000 + lengthMs - 1)).toBeLessThan(bins.count);
    }),
  );
});

test("property: what is shared out over the bins stays whole", () => {
  const spans = fc.array(fc.tuple(fc.nat(90_000), fc.integer({ min: 1, max: 9000 }), fc.nat(1e6)), { maxLength: 20 });
  fc.assert(
    fc.property(spans, (list) => {
      const bins = new TimeBins(0, 100_000, 30);
      const column = bins.column();
      let total = 0;
      for (const [from, length, amount] of list) {
        bins.spread(column, from, from + length, amount);
        total += amount;
      }
      const sum = column.filter((value) => !Number.isNaN(value)).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(total, 3);
    }),
  );
});

test("keeps the greatest of each bin, counts up, and leaves gaps open", () => {
  const bins = new TimeBins(0, 4000, 4);
  const column = bins.column();
  bins.raise(column, 0, 1000, 5);
  bins.raise(column, 500, 1500, 3);
  expect(bins.points(column)).toEqual([
    [0, 5],
    [1000, 3],
    [2000, null],
    [3000, null],
  ]);
  expect(bins.points(bins.cumulated([-50, 100, 2100, Number.NaN, 9000]))).toEqual([
    [0, 2],
    [1000, 2],
    [2000, 3],
    [3000, 3],
  ]);
});
