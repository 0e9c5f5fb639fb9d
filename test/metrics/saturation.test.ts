import { expect, test } from "vitest";
import { HostSamples } from "../../src/metrics/samples.ts";
import { saturatedForMs, saturation } from "../../src/metrics/saturation.ts";

const samplesOf = (...cores: number[][]): HostSamples => samplesEvery(1000, ...cores);

function samplesEvery(ms: number, ...cores: number[][]): HostSamples {
  const samples = new HostSamples();
  const seconds = cores[0]?.length ?? 0;
  for (let i = 0; i < seconds; i++) {
    samples.add(
      {
        fromMs: i * ms,
        toMs: (i + 1) * ms,
        cores: cores.map((busy, core) => ({ core, busyPercent: busy[i] ?? 0, stealPercent: 1 })),
        rxBytes: 125_000,
        txBytes: null,
        nicDrops: 0,
        udpRcvbufErrors: i === 3 ? 2 : 0,
        udpSndbufErrors: null,
        softnetDrops: 0,
        softnetSqueezes: 0,
      },
      1000 - i,
    );
  }
  return samples;
}

const all = { fromMs: 0, toMs: 10_000 };

test("the longest time on end that one core was above the limit", () => {
  const samples = samplesOf([10, 90, 90, 90, 20, 90, 90, 90, 90, 10], [85, 85, 85, 85, 85, 85, 85, 85, 85, 86]);
  expect(saturation(samples, all)).toEqual({ maxCorePercent: 90, maxCore: 0, longestMs: 4000, longestCore: 0 });
});

test("five of the sampler's seconds are 5 s, also where they are a little short", () => {
  for (const ms of [992, 1000, 1008]) {
    expect(saturation(samplesEvery(ms, [99, 99, 99, 99, 99, 10]), all)?.longestMs, `${ms}`).toBe(saturatedForMs);
  }
  expect(saturation(samplesEvery(992, [99, 99, 99, 99, 10, 99]), all)?.longestMs).toBe(4000);
});

test("two cores that take turns are not one saturated core", () => {
  const samples = samplesOf([99, 99, 99, 10, 10, 10], [10, 10, 10, 99, 99, 99]);
  expect(saturation(samples, all)?.longestMs).toBe(3000);
});

test("only the asked time counts", () => {
  const samples = samplesOf([99, 99, 99, 99, 99, 99, 99, 10, 10, 10]);
  expect(saturation(samples, { fromMs: 4500, toMs: 10_000 })?.longestMs).toBe(2500);
  expect(saturation(samples, { fromMs: 8000, toMs: 10_000 })).toMatchObject({ maxCorePercent: 10, longestMs: 0 });
  expect(saturation(samples, { fromMs: 20_000, toMs: 30_000 })).toBeNull();
  expect(saturation(new HostSamples(), all)).toBeNull();
});

test("counters are added up over the time; what was not measured is null, never 0", () => {
  const samples = samplesOf([1, 2, 3, 4, 5, 6]);
  expect(samples.counted("udpRcvbufErrors", all)).toBe(2);
  expect(samples.counted("udpRcvbufErrors", { fromMs: 4000, toMs: 6000 })).toBe(0);
  expect(samples.counted("udpSndbufErrors", all)).toBeNull();
  expect(samples.counted("nicDrops", { fromMs: 20_000, toMs: 30_000 })).toBeNull();
  expect([samples.rateBps("rxBytes", all), samples.rateBps("txBytes", all)]).toEqual([1_000_000, null]);
  expect(samples.taken({ fromMs: 1000, toMs: 4000 })).toBe(3);
  expect(samples.mean(samples.steal, all)).toBe(1);
  expect(samples.minimum(samples.memoryAvailableKb, { fromMs: 0, toMs: 3000 })).toBe(998);
});
