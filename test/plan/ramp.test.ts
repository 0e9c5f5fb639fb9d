import { expect, test } from "vitest";
import { intendedStartMs, rampMs } from "../../src/plan/ramp.ts";

test.each([
  [1, 5, 0],
  [2, 5, 200],
  [100, 5, 19_800],
  [5, 3, 1334],
  [2, 0.5, 2000],
])("%i participants at %f per second ramp for %i ms", (participants, rate, expected) => {
  expect(rampMs(participants, rate)).toBe(expected);
});

test("the first two participants start together, the others one by one", () => {
  expect([0, 1, 2, 3].map((index) => intendedStartMs(index, 5))).toEqual([0, 0, 200, 400]);
});
