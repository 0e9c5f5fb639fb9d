import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseQuantity } from "../../../src/metrics/kubernetes/quantity.ts";

test.each([
  ["499988235n", 0.499988235],
  ["250u", 0.00025],
  ["1501m", 1.501],
  ["2", 2],
  ["0", 0],
  [".5", 0.5],
  ["1.5k", 1500],
  ["524289Ki", 524_289 * 1024],
  ["14Gi", 14 * 2 ** 30],
  ["1e3", 1000],
  ["12E2", 1200],
  ["3E", 3e18],
])("%s", (text, value) => {
  expect(parseQuantity(text)).toBeCloseTo(value, 9);
});

test.each(["", "x", "1 Gi", "1K", "1.2.3", "--1", "Gi", undefined, null])("%s is no quantity, and not 0", (text) => {
  expect(parseQuantity(text)).toBeNull();
});

test("any whole number of millis comes back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (millis) => {
      expect(parseQuantity(`${millis}m`)).toBeCloseTo(millis / 1000, 6);
    }),
  );
});
