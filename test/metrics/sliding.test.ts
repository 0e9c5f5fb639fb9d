import { describe, expect, test } from "vitest";
import { parseRtpLine } from "../../src/load/rtp-line.ts";
import type { HostStream } from "../../src/metrics/host-stream.ts";
import { ProbesAnalysis } from "../../src/metrics/probes/analyse.ts";
import type { ProbeLine } from "../../src/metrics/probes/lines.ts";
import { RtpSamples } from "../../src/metrics/rtp-samples.ts";
import { ServerMetrics } from "../../src/metrics/server-metrics.ts";
import { judgeSliding, windowsOf, type JudgedWindow } from "../../src/metrics/sliding.ts";
import type { ThresholdPlan } from "../../src/plan/plan.ts";
import { planned } from "../plan/planned.ts";
import { hello, machine, probePlan, quiet, steady, visit } from "./probes/probe-lines.ts";

const url = "http://127.0.0.1:6789/metrics";
const plan = { ...planned(), probes: probePlan };
const limit = (metric: string, value: number, forMs: number, op: "<=" | ">=" = "<="): ThresholdPlan => {
  return { metric, op, value, unit: metric.endsWith("P50") ? "ms" : "%", origin: "user", forMs };
};

/** Every 10 s a thousand packets more, of which `lost` of each span were lost. */
function scraped(lost: readonly number[], server = new ServerMetrics(), from = 0): ServerMetrics {
  let total = 0;
  for (const [turn, more] of lost.entries()) {
    total += more;
    if (turn < from) continue;
    const labels = `direction="outgoing",node_id="ND_1"`;
    const text = [
      `livekit_packet_total{${labels},transmission="initial"} ${(turn + 1) * 1000}`,
      `livekit_packet_loss_total{${labels}} ${total}`,
      `livekit_packet_loss_percent_count{${labels}} ${turn + 1}`,
    ].join("\n");
    server.add({ polledAtMs: steady.fromMs + turn * 10_000, tookMs: 5, url, text, error: null });
  }
  return server;
}

const measuring = (server: ServerMetrics, lines: readonly ProbeLine[] = []) => {
  const probes = new ProbesAnalysis();
  for (const line of lines) probes.add(line);
  return { plan, server, probes, streams: [] };
};

describe("loss over any 30 s", () => {
  const burst = [0, 0, 0, 30, 90, 0, 0, 0, 0, 0];

  test("the worst window decides, though the whole would hold", () => {
    const judged = judgeSliding(limit("loss", 2.5, 30_000), measuring(scraped(burst)), steady, null);
    expect(judged).toEqual({
      measured: 4,
      source: "server counters",
      n: 3000,
      status: "failed",
      reason: null,
      sliding: {
        forMs: 30_000,
        judged: 7,
        windows: 7,
        worst: { fromMs: steady.fromMs + 10_000, toMs: steady.fromMs + 40_000 },
        aborted: false,
      },
    });
    expect(judgeSliding(limit("loss", 4, 30_000), measuring(scraped(burst)), steady, null).status).toBe("passed");
  });

  test("judged live, scrape by scrape, it finds the same windows", () => {
    const after = [...windowsOf(limit("loss", 2.5, 30_000), measuring(scraped(burst)), steady)];
    const server = new ServerMetrics();
    const live: JudgedWindow[] = [];
    for (let known = 1; known <= burst.length; known++) {
      scraped(burst.slice(0, known), server, known - 1);
      const nowMs = steady.fromMs + (known - 1) * 10_000 + 500;
      const soFar = { fromMs: steady.fromMs, toMs: nowMs };
      const afterMs = live.at(-1)?.toMs;
      live.push(...windowsOf(limit("loss", 2.5, 30_000), measuring(server), soFar, { afterMs, knownUntilMs: nowMs }));
    }
    expect(live).toEqual(after);
    expect(live.findIndex(({ broken }) => broken)).toBe(1);
  });

  test("nothing is judged of a window that reaches out of the steady one, or of none", () => {
    const short = { fromMs: steady.fromMs, toMs: steady.fromMs + 29_000 };
    const judged = judgeSliding(limit("loss", 2.5, 30_000), measuring(scraped(burst)), short, null);
    expect(judged).toMatchObject({ status: "not judged", measured: null, sliding: { windows: 0, worst: null } });
    expect(judgeSliding(limit("loss", 2.5, 30_000), measuring(scraped(burst)), null, null).reason).toContain(
      "no steady window",
    );
  });
});

describe("probes over any 20 s", () => {
  /** One visit each second; those of the 40th to the 59th second are slow. */
  const visits = Array.from({ length: 95 }, (_, i) => visit(steady.fromMs + i * 1000, i >= 40 && i < 60 ? 900 : 100));
  const lines = [hello, ...quiet, ...visits];

  test("the median of the worst window decides", () => {
    const judged = judgeSliding(
      limit("probeJoinP50", 400, 20_000),
      measuring(new ServerMetrics(), lines),
      steady,
      null,
    );
    expect(judged).toMatchObject({
      measured: 900,
      status: "failed",
      source: "probes",
      sliding: { windows: 81, judged: 81 },
    });
  });

  test("a window in which the probes' machine was full is not judged; the others are", () => {
    const full = quiet.map((line, i) => (i >= 40 && i < 60 ? machine(steady.fromMs + i * 1000, [99, 99]) : line));
    const judged = judgeSliding(
      limit("probeJoinP50", 400, 20_000),
      measuring(new ServerMetrics(), [hello, ...full, ...visits]),
      steady,
      null,
    );
    expect(judged.status).toBe("passed");
    expect(judged.sliding?.judged).toBeLessThan(81);
    expect(judged.sliding?.judged).toBeGreaterThan(40);
  });

  test("judged live, once all of a window is told, it finds the same", () => {
    const threshold = limit("probeJoinP50", 400, 20_000);
    const after = [...windowsOf(threshold, measuring(new ServerMetrics(), lines), steady)];
    const sorted = lines.toSorted((a, b) => a.atMs - b.atMs);
    const known = measuring(new ServerMetrics());
    const live: JudgedWindow[] = [];
    for (let nowMs = steady.fromMs; nowMs <= steady.toMs + 30_000; nowMs += 1000) {
      while (sorted[0] !== undefined && sorted[0].atMs <= nowMs) known.probes.add(sorted.shift()!);
      const soFar = { fromMs: steady.fromMs, toMs: Math.min(steady.toMs, nowMs) };
      live.push(...windowsOf(threshold, known, soFar, { afterMs: live.at(-1)?.toMs, knownUntilMs: nowMs }));
    }
    expect(live).toEqual(after);
  });
});

describe("loss that the hosts read", () => {
  /** 100 packets each second, of which the 40th to the 59th second lose ten. */
  function stream(name: string, isReading: (second: number) => boolean = () => true): HostStream {
    const rtp = new RtpSamples();
    for (let second = 1; second <= 100; second++) {
      const received = second > 40 && second <= 60 ? 90 : 100;
      const read = parseRtpLine(`bits=0 cpu_us=8000 dropped=0 audio=1,100,${received},0,0,0,0`);
      if (read && isReading(second)) rtp.add(steady.fromMs + second * 1000, read);
    }
    return { host: { name }, rtp, segments: [{ subscribersJoined: 1 }] } as unknown as HostStream;
  }
  const judged = (streams: HostStream[]) =>
    judgeSliding(limit("loss", 2.5, 20_000), { ...measuring(scraped([0, 0, 0])), streams }, steady, null);

  test("comes before the servers' counters, window by window", () => {
    expect(judged([stream("h1")])).toMatchObject({
      measured: 10,
      source: "RTP on the hosts",
      n: 2000,
      status: "failed",
      sliding: { judged: 81, windows: 81, worst: { fromMs: steady.fromMs + 40_000, toMs: steady.fromMs + 60_000 } },
    });
  });

  test("is not judged in a window in which a host did not read", () => {
    const { sliding, measured } = judged([stream("h1"), stream("h2", (second) => second <= 30)]);
    expect(sliding).toMatchObject({ windows: 81 });
    expect(sliding?.judged).toBeLessThan(20);
    expect(measured).toBe(0);
  });
});
