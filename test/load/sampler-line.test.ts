import { expect, test } from "vitest";
import { SampleReader } from "../../src/load/sample-reader.ts";
import { samplerDelta } from "../../src/load/sampler-delta.ts";
import { parseSamplerLine } from "../../src/load/sampler-line.ts";

const first =
  "hz=100 c0=100,0,50,800,50,0,10,5 c1=10,0,5,900,0,0,1,0 mem=24684096,24140064 n.lo=7,1,0,0,7,1,0,0 " +
  "n.eth0=1000,10,0,1,2000,20,0,2 n.eth1=5,1,0,0,6,1,0,0 udp=100,2,0,100,3,4 soft=200,1,10 sock=26,9,1 fd=592,2466183 p.s1=7,1,2,4000,30";

test("reads raw counters", () => {
  expect(parseSamplerLine(first)).toEqual({
    hz: 100,
    cores: [
      { core: 0, total: 1015, busy: 165, steal: 5, softirq: 10 },
      { core: 1, total: 916, busy: 16, steal: 0, softirq: 1 },
    ],
    memoryAvailableKb: 24140064,
    nic: { rxBytes: 1005, txBytes: 2006, drops: 3 },
    loopback: { rxBytes: 7, txBytes: 7, drops: 0 },
    udp: { rcvbufErrors: 3, sndbufErrors: 4 },
    softnet: { drops: 1, squeezes: 10 },
  });
});

test("what is absent or not readable stays absent, never 0", () => {
  const line = parseSamplerLine("c0=1,x,3,4,5,6,7,8 udp=1,2,3 n.eth0=1,2 mem=5 rubbish =7 soft= c1");
  expect(line).toEqual({
    hz: undefined,
    cores: [],
    memoryAvailableKb: undefined,
    nic: undefined,
    loopback: undefined,
    udp: undefined,
    softnet: undefined,
  });
});

const at = (timeMs: number, text: string) => ({ timeMs, line: parseSamplerLine(text) });

test("the difference of two samples", () => {
  const delta = samplerDelta(
    at(1000, "c0=0,0,0,0,0,0,0,0 n.eth0=0,0,0,0,0,0,0,0 udp=0,0,0,0,0,0 soft=0,0,0"),
    at(2000, "c0=60,0,10,10,10,0,0,10 n.eth0=125000,0,0,1,250000,0,0,1 udp=0,0,0,0,2,3 soft=9,4,5"),
    false,
  );
  expect(delta).toEqual({
    fromMs: 1000,
    toMs: 2000,
    cores: [{ core: 0, busyPercent: 80, stealPercent: 10 }],
    rxBytes: 125000,
    txBytes: 250000,
    nicDrops: 2,
    udpRcvbufErrors: 2,
    udpSndbufErrors: 3,
    softnetDrops: 4,
    softnetSqueezes: 5,
  });
});

test("a counter that went backwards or is missing once is not measured", () => {
  const delta = samplerDelta(
    at(1000, "n.eth0=10,0,0,0,10,0,0,0"),
    at(2000, "n.eth0=5,0,0,0,20,0,0,0 soft=1,1,1"),
    false,
  );
  expect(delta).toMatchObject({ rxBytes: null, txBytes: 10, softnetDrops: null, udpRcvbufErrors: null, cores: [] });
});

test("a long sample goes on in lines with the same time", () => {
  const reader = new SampleReader(false);
  expect(reader.push(1000, "hz=100 c0=0,0,0,0")).toBeUndefined();
  expect(reader.push(1000, "c1=0,0,0,0 n.eth0=0,0,0,0,0,0,0,0")).toBeUndefined();
  expect(reader.push(2000, "c0=10,0,0,90 mem=9,7")).toBeUndefined();
  expect(reader.push(2000, "c1=80,0,0,20 n.eth0=5,0,0,0,6,0,0,0")).toBeUndefined();
  const expected = {
    delta: { fromMs: 1000, toMs: 2000, rxBytes: 5, txBytes: 6, cores: [{ busyPercent: 10 }, { busyPercent: 80 }] },
    memoryAvailableKb: 7,
  };
  expect(reader.push(3000, "c0=10,0,0,190")).toMatchObject(expected);
  expect(reader.end()).toMatchObject({ delta: { fromMs: 2000, toMs: 3000, rxBytes: null, cores: [{ core: 0 }] } });
  expect(reader.end()).toBeUndefined();
});

test("a clock that was set back gives no sample", () => {
  const reader = new SampleReader(false);
  for (const timeMs of [5000, 4000, 4500]) reader.push(timeMs, "c0=1,0,0,1");
  expect(reader.end()).toMatchObject({ delta: { fromMs: 4000, toMs: 4500 } });
});

test("loopback counts only where host and target are one machine", () => {
  const [a, b] = [at(1000, "n.lo=0,0,0,0,0,0,0,0"), at(2000, "n.lo=9,0,0,0,9,0,0,0")];
  expect(samplerDelta(a, b, false).rxBytes).toBeNull();
  expect(samplerDelta(a, b, true).rxBytes).toBe(9);
});

test("a core that came back later is compared with itself", () => {
  const delta = samplerDelta(at(0, "c1=0,0,0,0 c2=0,0,0,0"), at(1000, "c0=50,0,0,50 c2=25,0,0,75"), false);
  expect(delta.cores).toEqual([{ core: 2, busyPercent: 25, stealPercent: 0 }]);
});
