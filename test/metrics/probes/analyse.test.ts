import { describe, expect, test } from "vitest";
import { ProbesAnalysis } from "../../../src/metrics/probes/analyse.ts";
import { probeLineSchema, type ProbeLine } from "../../../src/metrics/probes/lines.ts";
import { probesResultSchema } from "../../../src/metrics/probes/result.ts";
import { hello, inbound, listen, machine, probePlan, quiet, room, stamped, steady, visit } from "./probe-lines.ts";

function analysis(lines: readonly ProbeLine[]): ProbesAnalysis {
  const probes = new ProbesAnalysis();
  for (const line of lines) probes.add(probeLineSchema.parse(line));
  return probes;
}

const result = (lines: readonly ProbeLine[]) => {
  const found = analysis([hello, ...quiet, ...lines]).result(probePlan, steady);
  if (found === null) throw new Error("no result");
  return probesResultSchema.parse(found);
};

describe("joins", () => {
  test("only those of the steady window count", () => {
    const { join, visits } = result([
      visit(steady.fromMs - 1, 5000),
      visit(steady.fromMs, 100),
      visit(steady.fromMs + 50_000, 300),
      visit(steady.toMs, 9000),
    ]);
    expect(join).toMatchObject({ n: 2, censored: 0, min: 100, max: 300, source: "probes" });
    expect(visits).toMatchObject({ part: 2, whole: 2 });
  });

  test("one that failed counts as longer than all others, and its reason is told", () => {
    const { join, joined, errors } = result([
      visit(steady.fromMs, 100),
      visit(steady.fromMs + 1000, "engine: signal failure: 503"),
      visit(steady.fromMs + 2000, "engine: signal failure: 503"),
    ]);
    expect(join).toMatchObject({ n: 1, censored: 2, p50: null, max: null });
    expect(joined).toEqual({ part: 1, whole: 3, value: 1 / 3, source: "probes" });
    expect(errors).toEqual([
      {
        what: "join",
        message: "engine: signal failure: 503",
        count: 2,
        rooms: [room],
        firstAtMs: steady.fromMs + 11_000,
      },
    ]);
  });

  test("one that the end of the load cut short counts only when it had taken longer than all others", () => {
    const others = [visit(steady.fromMs, 100), visit(steady.fromMs + 1000, 400)];
    expect(result([...others, visit(steady.toMs - 300, 5000)]).join).toMatchObject({ n: 2, censored: 0 });
    expect(result([...others, visit(steady.toMs - 3000, 5000)]).join).toMatchObject({ n: 2, censored: 1 });
  });

  test("p99 needs a hundred", () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => visit(steady.fromMs + i * 900, 100 + i));
    expect(result(many(99)).join).toMatchObject({ n: 99, p95: 194, p99: null });
    expect(result(many(100)).join).toMatchObject({ n: 100, p99: 198 });
  });

  test("visits that were due but not made are told", () => {
    const late = visit(steady.fromMs + 5000, 100);
    const { visits } = result([visit(steady.fromMs, 4500), late.kind === "visit" ? { ...late, skipped: 4 } : late]);
    expect(visits).toMatchObject({ part: 2, whole: 6 });
  });
});

describe("media", () => {
  const pair = (first: Parameters<typeof inbound>[0], last: Parameters<typeof inbound>[0], connection = 1) => [
    listen(steady.fromMs + 1000, { inbound: [inbound(first)] }),
    listen(steady.fromMs + 2000, { inbound: [inbound(last)], connection }),
  ];

  test("loss, freezes and concealment are differences within a connection", () => {
    const { videoLoss, frozen, freezes } = result(
      pair(
        { packetsReceived: 1000, packetsLost: 50, freezesMs: 700, freezeCount: 1 },
        { packetsReceived: 1095, packetsLost: 55, freezesMs: 950, freezeCount: 2 },
      ),
    );
    expect(videoLoss).toEqual({ part: 5, whole: 100, value: 0.05, source: "libwebrtc" });
    expect(frozen).toEqual({ part: 250, whole: 1000, value: 0.25, source: "libwebrtc" });
    expect(freezes).toBe(1);
    const { concealed, audioLoss, ...others } = result(
      pair(
        {
          media: "audio",
          packetsReceived: 10,
          samplesReceived: 48_000,
          concealedSamples: 900,
          silentConcealedSamples: 900,
        },
        {
          media: "audio",
          packetsReceived: 60,
          samplesReceived: 96_000,
          concealedSamples: 1620,
          silentConcealedSamples: 1140,
        },
      ),
    );
    expect(concealed).toEqual({ part: 480, whole: 48_000, value: 0.01, source: "libwebrtc" });
    expect(audioLoss).toMatchObject({ part: 0, whole: 50 });
    expect(others.videoLoss).toBeNull();
  });

  test("another connection's counters began anew: no difference is made with them", () => {
    expect(result(pair({ packetsReceived: 1000 }, { packetsReceived: 30, packetsLost: 30 }, 2)).videoLoss).toBeNull();
  });

  test("round trips are the mean of those between two reports", () => {
    const { rtt } = result([
      listen(steady.fromMs + 1000, { roundTrips: { count: 3, totalMs: 30 } }),
      listen(steady.fromMs + 2000, { roundTrips: { count: 3, totalMs: 30 } }),
      listen(steady.fromMs + 3000, { roundTrips: { count: 5, totalMs: 250 } }),
    ]);
    expect(rtt).toMatchObject({ n: 1, p50: 110, source: "libwebrtc" });
  });

  test("end-to-end latency is of every picture whose mark was read; the others are counted", () => {
    const { latency, unreadablePictures } = result([
      listen(steady.fromMs + 1000, { latencyMs: [30, 40], unreadable: 1 }),
      listen(steady.fromMs + 2000, { latencyMs: [50] }),
      listen(steady.toMs + 1, { latencyMs: [900] }),
    ]);
    expect(latency).toMatchObject({ n: 3, p50: 40, max: 50 });
    expect(unreadablePictures).toBe(1);
  });
});

describe("trust", () => {
  const judged = (lines: readonly ProbeLine[]) =>
    analysis([hello, visit(steady.fromMs, 100), ...lines]).judged(probePlan, steady);
  const busy = (cores: (second: number) => number[]) =>
    quiet.map((_, i) => machine(steady.fromMs + i * 1000, cores(i)));

  test("a core that is full for five seconds on end makes the figures untrusted, though the mean is low", () => {
    expect(judged(busy((i) => (i >= 10 && i < 15 ? [5, 99] : [5, 5])))).toEqual({
      figures: null,
      reason: "the probes' machine was saturated: a core was above 85 % for 5 s",
    });
    expect(judged(busy((i) => (i % 5 === 0 ? [5, 5] : [5, 99]))).figures).not.toBeNull();
  });

  test("so do a process that is late for its own timers, and a machine that was not watched", () => {
    const late = quiet.map((_, i) => machine(steady.fromMs + i * 1000, [5, 5], i < 10 ? 80 : 2));
    expect(judged(late)).toMatchObject({ reason: expect.stringContaining("late for its own timers") as string });
    expect(judged(quiet.slice(0, 50))).toMatchObject({
      reason: expect.stringContaining("sampled 50 times of 100") as string,
    });
    expect(judged([])).toMatchObject({ reason: "the probes' machine was not sampled" });
  });

  test("the figures are shown all the same, with the doubt beside them", () => {
    const probes = analysis([hello, visit(steady.fromMs, 100), ...busy(() => [99, 99])]).result(probePlan, steady);
    expect(probes?.join).toMatchObject({ n: 1, p50: 100 });
    expect(probes?.distrust).toContain("saturated");
  });

  test("probes that never came up say why; a crash is told", () => {
    const crash = stamped(steady.fromMs, { kind: "end", outcome: "crashed", text: "ended by SIGSEGV" });
    expect(analysis([crash]).result(probePlan, steady)).toMatchObject({
      client: null,
      reason: "the probes did not come up: ended by SIGSEGV",
      join: null,
      crashes: 1,
      errors: [{ what: "process", message: "ended by SIGSEGV", count: 1 }],
    });
    expect(analysis([]).judged(probePlan, steady)).toEqual({ figures: null, reason: "the probes did not come up" });
    expect(analysis([]).judged(null, steady)).toMatchObject({
      reason: expect.stringContaining("no probes were asked for") as string,
    });
    expect(analysis([]).result(null, steady)).toBeNull();
  });
});
