import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { valueTicks } from "../../src/report/scale.ts";
import { phaseBands, timeAxis } from "../../src/report/time-axis.ts";
import { interruptedResult, passResult, startAtMs } from "./sample-results.ts";

describe("the time axis", () => {
  it("runs from the common start to the end of the load", () => {
    const axis = timeAxis(passResult())!;
    expect([axis.fromMs, axis.toMs, axis.zeroMs]).toEqual([startAtMs, startAtMs + 330_000, startAtMs]);
    expect(axis.ticks.map(({ label }) => label)).toEqual(["0:00", "1:00", "2:00", "3:00", "4:00", "5:00"]);
  });

  it("is not squeezed by a sample long after the load", () => {
    const result = passResult();
    result.series[0]!.points.push([startAtMs + 3_600_000, 1]);
    expect(timeAxis(result)!.toMs).toBe(startAtMs + 330_000 * 1.05);
  });

  it("does without phases, and is absent without any time", () => {
    const result = interruptedResult();
    result.phases = {
      startAtMs: null,
      rampEndAtMs: null,
      ramp: null,
      settle: null,
      steady: null,
      drain: null,
      endAtMs: null,
    };
    expect(timeAxis(result)).toMatchObject({ fromMs: startAtMs, zeroMs: startAtMs });
    result.series = [];
    expect(timeAxis(result)).toBeUndefined();
  });

  it("shades the phases without overlap", () => {
    const result = passResult();
    const bands = phaseBands(result, timeAxis(result)!);
    expect(bands.map(({ name }) => name)).toEqual(["ramp", "settle", "steady", "drain"]);
    for (const [index, band] of bands.slice(1).entries()) expect(band.fromMs).toBe(bands[index]!.toMs);
  });
});

describe("value ticks", () => {
  it("cover the values in few round steps", () => {
    const value = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(value, (high) => {
        const ticks = valueTicks(0, high);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high * (1 - 1e-6));
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
    expect(valueTicks(0, 0)).toEqual([0, 1]);
    expect(valueTicks(0, 4.4)).toEqual([0, 2, 4, 6]);
  });
});
