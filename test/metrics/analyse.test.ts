import { join } from "node:path";
import { expect, test } from "vitest";
import { analysed, calmRun, capturedRun, editStream } from "./captured-run.ts";

const result = analysed(capturedRun());
const seriesNamed = (group: string, name: string) =>
  result.series.find((series) => series.group === group && series.name === name)?.points ?? [];

test("the captured run gives the same result, byte for byte", async () => {
  const golden = join(import.meta.dirname, "..", "captures", "run", "result.json");
  await expect(`${JSON.stringify(result, undefined, 2)}\n`).toMatchFileSnapshot(golden);
  expect(JSON.stringify(analysed(capturedRun()))).toBe(JSON.stringify(result));
});

test("participants and tracks are those of the stream's lines, and the server agrees", () => {
  const lines = Object.values(capturedRun().streams).flat();
  const publishers = new Set(lines.flatMap((line) => / publishing .* - (\S+)/.exec(line)?.[1] ?? []));
  const subscribers = new Set(lines.flatMap((line) => / subscribed to track (\S+)/.exec(line)?.[1] ?? []));
  const tracks = lines.filter((line) => line.includes(" subscribed to track "));
  expect(result.totals.publishers).toEqual({ intended: 3, joined: publishers.size });
  expect(result.totals.subscribers).toEqual({ intended: 8, joined: subscribers.size });
  expect(result.totals.tracks).toEqual({ expectedMin: 20, expectedMax: 20, subscribed: tracks.length });
  expect(result.totals.serverParticipantsPeak).toBe(publishers.size + subscribers.size);
  expect(result.latency.serverTrackSubscribe?.n).toBe(tracks.length);
  expect(result.latency.firstTrack).toMatchObject({ n: 8, censored: 0 });
  expect(result.latency.publish?.n).toBe(3);
});

test("latencies count from the intended start", () => {
  const run = capturedRun();
  const first = (identity: string) => {
    const line = Object.values(run.streams)
      .flat()
      .find((text) => text.includes(` track ${identity} `));
    return Number(line?.split(" ")[0]) * 1000;
  };
  // cap-s1: participants 0 and 1 publish and start with the process; 2, 3 and 4 follow 200 ms apart.
  const naive = [
    ...[2, 3, 4].map((index) => first(`cap-s1_${index}`) - run.armed.startAtMs - (index - 1) * 200),
    ...[0, 1, 2].map((index) => first(`cap-s2_${index}`) - run.armed.startAtMs - Math.max(0, index - 1) * 200),
    ...[1, 2].map((index) => first(`cap-s3_${index}`) - run.armed.startAtMs - (index - 1) * 200),
  ].toSorted((a, b) => a - b);
  expect(result.latency.firstTrack?.min).toBeCloseTo(naive[0] ?? Number.NaN, 2);
  expect(result.latency.firstTrack?.p50).toBeCloseTo(naive[3] ?? Number.NaN, 2);
  expect(result.latency.firstTrack?.max).toBeCloseTo(naive[7] ?? Number.NaN, 2);
});

test("the server's packets are those between the two scrapes around the steady window", () => {
  const { scrapes } = capturedRun();
  const counter = (text: string | null | undefined, name: string) => {
    const line = text?.split("\n").find((l) => l.startsWith(`${name}{`) && l.includes('direction="outgoing"'));
    return Number(line?.split(" ").at(-1) ?? 0);
  };
  const window = result.media.serverWindow;
  const [from, to] = [window?.fromMs, window?.toMs].map((at) => scrapes.find(({ polledAtMs }) => polledAtMs === at));
  const packets = counter(to?.text, "livekit_packet_total") - counter(from?.text, "livekit_packet_total");
  expect(packets).toBeGreaterThan(9000);
  expect(result.media).toMatchObject({ packetsOut: packets, lossReason: null });
  expect(result.media.loss).toEqual({ part: 0, whole: packets, value: 0, source: "server counters" });
  const { steady } = result.phases;
  expect(window?.fromMs).toBeLessThanOrEqual(steady?.fromMs ?? 0);
  expect(window?.toMs).toBeGreaterThan((steady?.toMs ?? Infinity) + 5000);
  // lk counts what it received: the same packets, but for those that it did not wait for.
  const received = result.segments.reduce((sum, segment) => sum + (segment.lkReported?.packets ?? 0), 0);
  expect(received / packets).toBeGreaterThan(0.95);
  expect(received / packets).toBeLessThanOrEqual(1.02);
});

test("the steady window is the intersection of the processes' hold times", () => {
  const { steady, settle } = result.phases;
  expect(settle?.fromMs).toBe(Math.max(...result.segments.map((segment) => segment.steadyFromMs ?? Infinity)));
  expect(steady?.toMs).toBe(Math.min(...result.segments.map((segment) => segment.steadyToMs ?? 0)));
});

test("the series show the run", () => {
  expect(seriesNamed("participants", "joined").at(-1)?.[1]).toBe(11);
  expect(seriesNamed("participants", "intended").at(-1)?.[1]).toBe(11);
  expect(seriesNamed("participants", "listed by the server").map(([, value]) => value)).toEqual([0, 0, 11, 11, 11, 0]);
  expect(seriesNamed("tracks", "subscribed").at(-1)?.[1]).toBe(20);
  expect(
    seriesNamed("packets sent by the servers", "lost")
      .slice(-3)
      .map(([, value]) => value),
  ).toEqual([0, 0, 0]);
  expect(result.series.filter(({ group, host }) => group === "busiest core" && host !== null)).toHaveLength(2);
  for (const { points } of result.series) expect(points.length).toBeLessThanOrEqual(600);
});

test("the machine was busy with other work, and the verdict says so, naming host and core", () => {
  expect(result.verdict.status).toBe("invalid");
  expect(result.verdict.reasons.map(({ kind, host }) => [kind, host])).toEqual([
    ["saturated", "h1"],
    ["saturated", "h2"],
  ]);
  expect(result.verdict.headline).toMatch(/^Invalid: h1 was saturated: core \d was above 85 % for [\d.]+ s/);
});

test("the same run on calm machines passes, and says what was not judged", () => {
  const calm = analysed(calmRun());
  expect(calm.verdict.reasons).toEqual([]);
  expect(calm.verdict).toMatchObject({ status: "pass" });
  expect(calm.verdict.headline).toBe("Passed: 3 of 4 thresholds held; not judged: trackSubscribeP99.");
  for (const { maxCorePercent } of calm.hosts) expect(Math.abs((maxCorePercent ?? 99) - 20)).toBeLessThan(2);
});

test("a host whose clock is off gives the same result once it is corrected", () => {
  const offsetMs = 2000;
  const run = calmRun();
  editStream(run, "h2", (line) => line.replace(/^\d+\.\d+/, (time) => (Number(time) + offsetMs / 1000).toFixed(6)));
  for (const { hosts } of [run.armed, run.clocksAfter]) {
    const clock = hosts.find(({ name }) => name === "h2")?.clock;
    if (clock) clock.offsetMs = offsetMs;
  }
  const [shifted, straight] = [analysed(run), analysed(calmRun())];
  expect(shifted.verdict.status).toBe("pass");
  expect(shifted.latency.firstTrack?.max).toBeCloseTo(straight.latency.firstTrack?.max ?? Number.NaN, 2);
  expect(shifted.phases.steady?.durationMs).toBe(straight.phases.steady?.durationMs);
});

test("without anything but the plan there is a result, and it is invalid", () => {
  const run = calmRun();
  Object.assign(run, { rooms: [], scrapes: [], streams: {} });
  const nothing = analysed(run, ["configured", "armed", "clocksAfter", "load"]);
  expect(nothing.verdict.status).toBe("invalid");
  expect(nothing.verdict.reasons.map(({ kind }) => kind)).toEqual(["interrupted", "no-load"]);
  expect(nothing.phases).toEqual({
    startAtMs: null,
    rampEndAtMs: null,
    ramp: null,
    settle: null,
    steady: null,
    drain: null,
    endAtMs: null,
  });
  expect(nothing.thresholds.every(({ status }) => status === "not judged")).toBe(true);
  expect(nothing.hosts.map(({ status, samples }) => [status, samples])).toEqual([
    ["unused", 0],
    ["unused", 0],
  ]);
  expect(Object.values(nothing.latency)).toEqual([null, null, null, null, null, null]);
  expect(nothing.series).toEqual([]);
});
