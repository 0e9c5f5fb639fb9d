import { expect, test } from "vitest";
import { settled } from "../../src/metrics/settle.ts";
import { analysed, calmRun } from "./captured-run.ts";

test("the load has settled when the tracks of its ramp have come, and not when somebody comes back later", () => {
  expect(settled(1000, [])).toBe(1000);
  expect(settled(1000, [1200, 1900, 4800])).toBe(4800);
  expect(settled(1000, [1200, 1900, 4901])).toBe(1900);
  expect(settled(1000, [9000])).toBe(1000);
});

test("a load that never comes to rest is measured after ten seconds all the same", () => {
  const endless = Array.from({ length: 60 }, (_, i) => 2000 + i * 1000);
  expect(settled(1000, endless)).toBe(11_000);
});

test("the phases follow each other without a gap", () => {
  const { startAtMs, ramp, settle, steady, drain, endAtMs } = analysed(calmRun()).phases;
  expect(ramp?.fromMs).toBe(startAtMs);
  expect(settle?.fromMs).toBe(ramp?.toMs);
  expect(steady?.fromMs).toBe(settle?.toMs);
  expect(drain?.fromMs).toBe(steady?.toMs);
  expect(drain?.toMs).toBe(endAtMs);
});
