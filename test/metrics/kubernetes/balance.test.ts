import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { balanceOf, gini } from "../../../src/metrics/kubernetes/balance.ts";

const loads = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe("Gini", () => {
  test("by hand", () => {
    expect(gini([1, 1, 1, 1])).toBe(0);
    expect(gini([0, 0, 0, 8])).toBeCloseTo(0.75);
    // Mean absolute difference over twice the mean: (|1-3| × 2 / 4) / (2 × 2).
    expect(gini([1, 3])).toBeCloseTo(0.25);
    expect(gini([])).toBeNull();
    expect(gini([0, 0])).toBeNull();
  });

  test("equals half the relative mean absolute difference", () => {
    fc.assert(
      fc.property(loads, (values) => {
        const n = values.length;
        const mean = values.reduce((sum, value) => sum + value, 0) / n;
        let differences = 0;
        for (const a of values) for (const b of values) differences += Math.abs(a - b);
        expect(gini(values)).toBeCloseTo(differences / (2 * n * n * mean), 9);
      }),
    );
  });

  test("lies in [0, 1), whatever the order and the unit", () => {
    fc.assert(
      fc.property(loads, fc.double({ min: 0.01, max: 1000, noNaN: true }), (values, unit) => {
        const value = gini(values)!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
        expect(gini(values.toReversed().map((one) => one * unit))).toBeCloseTo(value, 9);
      }),
    );
  });
});

describe("balance", () => {
  test("names the fullest pod", () => {
    const pods = new Map([
      ["a", 1],
      ["b", 4],
      ["c", 1],
    ]);
    expect(balanceOf(pods, { source: "metrics-server", unit: "cores" })).toEqual({
      source: "metrics-server",
      unit: "cores",
      pods: 3,
      mean: 2,
      max: 4,
      maxName: "b",
      ratio: 2,
      gini: expect.closeTo(1 / 3),
    });
  });

  test("of one pod there is none, of idle pods no ratio", () => {
    const about = { source: "x", unit: "" };
    expect(balanceOf(new Map([["a", 1]]), about)).toBeNull();
    const idle = new Map([
      ["a", 0],
      ["b", 0],
    ]);
    expect(balanceOf(idle, about)).toMatchObject({ ratio: null, gini: null, max: 0 });
  });

  test("the ratio is at least 1, and at most the number of pods", () => {
    fc.assert(
      fc.property(
        loads.filter(({ length }) => length > 1),
        (values) => {
          const pods = new Map(values.map((value, index) => [`pod-${index}`, value]));
          const { ratio } = balanceOf(pods, { source: "x", unit: "" })!;
          expect(ratio).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(ratio).toBeLessThanOrEqual(values.length + 1e-9);
        },
      ),
    );
  });
});
