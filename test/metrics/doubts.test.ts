import { expect, test } from "vitest";
import { analysed, calmRun, editStream, kinds, withCores, type CapturedRun } from "./captured-run.ts";
import { snapshot, startMs } from "./kubernetes/lines.ts";

const startS = calmRun().armed.startAtMs / 1000;
const user = (run: CapturedRun, metric: string, op: "<=" | ">=", value: number, unit: "%" | "ms") =>
  run.plan.thresholds.push({ metric, op, value, unit, origin: "user" });
const reasonText = (run: CapturedRun) => analysed(run).verdict.reasons.map(({ text }) => text);

test("saturated: 5 s above 85 % on one core within the steady window", () => {
  const run = calmRun();
  const busy = (forS: number) => (line: string) =>
    withCores(line, (timeS) => (timeS > startS + 4 && timeS < startS + 4 + forS ? 99 : 20));
  editStream(run, "h2", busy(3));
  expect(analysed(run).verdict.status).toBe("pass");
  editStream(run, "h2", busy(7.5));
  expect(reasonText(run)).toEqual([expect.stringMatching(/^h2 was saturated: core 0 was above 85 % for [567]/)]);
});

test("saturated before there was a steady window: that, too, is told", () => {
  const run = calmRun();
  for (const host of ["h1", "h2"]) editStream(run, host, (line) => (/^\S+ (sup|smp|rtp) /.test(line) ? line : null));
  editStream(run, "h2", (line) => withCores(line, (timeS) => (timeS > startS + 1 && timeS < startS + 8.5 ? 99 : 20)));
  const reasons = reasonText(run);
  expect(reasons).toContainEqual(expect.stringMatching(/there is no steady window/));
  expect(reasons).toContainEqual(
    expect.stringMatching(
      /^h2 was saturated: core 0 was above 85 % for [567][.\d]* s of the load, which had no steady window$/,
    ),
  );
});

test("udp-drops: any in the steady window, naming the host", () => {
  const run = calmRun();
  editStream(run, "h1", (line) => {
    const late = Number(line.split(" ")[0]) > startS + 6;
    return late
      ? line.replace(
          / udp=(\d+,\d+,\d+,\d+),(\d+),/,
          (_, head: string, drops: string) => ` udp=${head},${Number(drops) + 3},`,
        )
      : line;
  });
  expect(reasonText(run)).toEqual(["h1 dropped 3 received UDP packets for want of receive buffer"]);
});

test("lost-host: its lines end before its supervisor was done", () => {
  const run = calmRun();
  editStream(run, "h2", (line) => (Number(line.split(" ")[0]) > startS + 5 ? null : line));
  const result = analysed(run);
  expect(result.verdict.status).toBe("invalid");
  expect(kinds(result)).toEqual(["lost-host", "threshold"]);
  expect(result.hosts.map(({ status }) => status)).toEqual(["finished", "lost"]);
  expect(result.segments.map(({ status }) => status)).toEqual(["finished", "lost", "lost"]);
  expect(result.coverage.hosts).toMatchObject({ part: 1, whole: 2 });
  expect(result.phases.steady?.toMs).toBeLessThanOrEqual((startS + 5) * 1000);
});

test("lost-host: it sent nothing at all", () => {
  const run = calmRun();
  run.streams.h2 = [];
  const result = analysed(run);
  expect(result.verdict.reasons[0]).toEqual({ kind: "lost-host", host: "h2", text: "h2 was lost: it sent nothing" });
  expect(result.totals.participants).toMatchObject({ intended: 11, joined: 5 });
  expect(result.latency.firstTrack).toMatchObject({ n: 3, censored: 5, p50: null, max: null });
  expect(result.media.hostsRxBps).toBeNull();
});

test("a host that could not be used: judged without it, with a warning, where fewer hosts will do", () => {
  const run = calmRun();
  run.streams.h2 = [];
  run.scrapes = [];
  Object.assign(run.armed.hosts[1] ?? {}, { clock: null, startAtHostMs: null, error: "ssh: refused" });
  run.rooms = run.rooms.map((sample) => ({
    ...sample,
    rooms: sample.rooms?.map((room) => ({ ...room, participants: Math.min(5, room.participants) })).slice(0, 1) ?? null,
  }));
  expect(analysed(run).verdict.reasons.map(({ text }) => text)).toEqual(["1 hosts made load, 2 are needed"]);
  run.plan.minHosts = 1;
  const result = analysed(run);
  expect(result.verdict.reasons).toEqual([]);
  expect(result.hosts[1]).toMatchObject({ status: "unused", error: "ssh: refused", maxCorePercent: null });
  expect(result.totals.participants).toMatchObject({ intended: 11, joined: 5 });
  expect(result.warnings).toEqual([
    expect.stringMatching(/^1 of 2 hosts were not used: 6 participants fewer .*h2 \(ssh: refused\)/),
  ]);
});

test("coverage: a host that was hardly sampled may have been saturated unseen", () => {
  const run = calmRun();
  let turn = 0;
  editStream(run, "h1", (line) => (line.includes(" smp ") && turn++ % 3 !== 0 ? null : line));
  expect(reasonText(run)).toEqual([expect.stringMatching(/^h1 was sampled \d of|^h1 was sampled \d times of 11/)]);
});

test("coverage: the server listed fewer than lk says", () => {
  const run = calmRun();
  for (const sample of run.rooms)
    for (const room of sample.rooms ?? []) room.participants = Math.floor(room.participants / 2);
  expect(reasonText(run)).toEqual(["lk says that 11 participants joined, the server listed at most 5"]);
});

test("coverage: participants left the rooms during the load", () => {
  const run = calmRun();
  const last = run.rooms.findLastIndex(({ rooms }) => (rooms?.length ?? 0) > 0);
  for (const room of run.rooms[last]?.rooms ?? []) room.participants = 1;
  expect(reasonText(run)).toEqual([
    "of 11 joined participants the server at one time listed only 2: they left the rooms during the load",
  ]);
});

test("coverage: the server answered no more from some time on", () => {
  const run = calmRun();
  const asked = (sample: (typeof run.rooms)[number]) => sample.polledAtMs > run.armed.startAtMs + 5000;
  run.rooms = run.rooms.map((sample) => (asked(sample) ? { ...sample, rooms: null, error: "ECONNREFUSED" } : sample));
  expect(reasonText(run)).toEqual([
    expect.stringMatching(/^\d+ s into the load the server did not answer any more: ECONNREFUSED$/),
  ]);
  expect(kinds(analysed(run))).toEqual(["coverage"]);
});

test("coverage: the server never answered who was in the rooms", () => {
  const run = calmRun();
  run.rooms = run.rooms.map((sample) => ({ ...sample, rooms: null, error: "HTTP 503" }));
  const result = analysed(run);
  expect(result.verdict.reasons.map(({ text }) => text)).toEqual([
    "the server was never asked with success who was in the rooms: HTTP 503",
  ]);
  expect(result.totals.serverParticipantsPeak).toBeNull();
  expect(result.coverage.serverParticipants).toBeNull();
  expect(result.rooms.map(({ serverPeak }) => serverPeak)).toEqual([null, null]);
});

test.each([
  ["not known", null, "has a clock whose offset is not known"],
  [
    "known too badly",
    { offsetMs: 0, errorMs: 900, roundTrips: 3, measuredAtMs: 0 },
    "has a clock that is known only to ± 900 ms",
  ],
  [
    "off later",
    { offsetMs: -700, errorMs: 0.2, roundTrips: 3, measuredAtMs: 0 },
    "has a clock that went off by 700 ms during the load",
  ],
])("clock: %s", (_, clock, text) => {
  const run = calmRun();
  const host = run.armed.hosts[0];
  if (host) host.clock = clock;
  expect(reasonText(run)).toContain(`h1 ${text}`);
});

test("clock: a start far off the armed time", () => {
  const run = calmRun();
  editStream(run, "h1", (line) => line.replace(/error_us=\d+/, "error_us=800000"));
  expect(reasonText(run)).toEqual(["h1 started 800 ms off the armed time"]);
});

test("interrupted: the user or a failure ended the load", () => {
  const run = calmRun();
  Object.assign(run.load, { outcome: "interrupted", reason: "SIGINT" });
  expect(reasonText(run)).toEqual(["the load was interrupted: SIGINT"]);
  Object.assign(run.load, { outcome: "failed", reason: null });
  expect(reasonText(run)).toEqual(["the load was given up"]);
  expect(analysed(calmRun(), ["load"]).verdict.reasons.map(({ text }) => text)).toEqual([
    "the end of the load was not seen",
  ]);
});

test("no-steady-window: no process got there; loss is then not judged, never 0", () => {
  const run = calmRun();
  for (const host of ["h1", "h2"])
    editStream(run, host, (line) => (line.includes("Finished connecting") ? null : line));
  const result = analysed(run);
  expect(result.phases).toMatchObject({ rampEndAtMs: null, steady: null });
  expect(kinds(result)).toContain("no-steady-window");
  expect(result.media).toMatchObject({
    loss: null,
    lossReason: "no source: there was no steady window",
    hostsRxBps: null,
  });
  expect(result.hosts.map(({ maxCorePercent, udpRcvbufErrors }) => [maxCorePercent, udpRcvbufErrors])).toEqual([
    [null, null],
    [null, null],
  ]);
  // Its processes did not run to their end, which is judged all the same.
  expect(result.verdict.status).toBe("fail");
});

test("no-source: a threshold that the user set and that has no figure makes the run invalid", () => {
  const run = calmRun();
  run.scrapes = [];
  const result = analysed(run);
  expect(result.verdict.status).toBe("pass");
  expect(result.thresholds.find(({ metric }) => metric === "loss")).toMatchObject({
    status: "not judged",
    measured: null,
    reason: expect.stringMatching(
      /^no source: RTP was read on 0 of 2 hosts: .*; no Prometheus endpoint .*livekit.metrics/,
    ),
  });
  user(run, "retransmission", "<=", 1, "%");
  const asked = analysed(run);
  expect(asked.verdict.status).toBe("invalid");
  expect(kinds(asked)).toEqual(["no-source"]);
});

test("threshold: a broken one fails the run, unless the generator was not fit to measure it", () => {
  const run = calmRun();
  user(run, "firstTrackP50", "<=", 1, "ms");
  const failed = analysed(run);
  expect(failed.verdict.status).toBe("fail");
  expect(failed.verdict.headline).toMatch(/^Failed: firstTrackP50 is [\d.]+ ms, the limit is <= 1 ms\.$/);
  editStream(run, "h1", (line) => withCores(line, () => 99));
  const tainted = analysed(run);
  expect(tainted.verdict.status).toBe("invalid");
  expect(kinds(tainted)).toEqual(["saturated", "threshold"]);
});

test("threshold: one broken, another without a source: still failed", () => {
  const run = calmRun();
  run.scrapes = [];
  user(run, "firstTrackP50", "<=", 1, "ms");
  user(run, "loss", "<=", 1, "%");
  const result = analysed(run);
  expect(result.verdict.status).toBe("fail");
  expect(kinds(result)).toEqual(["threshold", "no-source"]);
});

test("participants that never came break the threshold and are the longest latencies", () => {
  const run = calmRun();
  editStream(run, "h2", (line) =>
    line.includes(" cap-s2_1 ")
      ? null
      : line.replace(/(\S+) s2 Finished/, "$1 s2 could not connect Sub 1: timeout\n$1 s2 Finished"),
  );
  run.streams.h2 = run.streams.h2?.flatMap((line) => line.split("\n")) ?? [];
  for (const sample of run.rooms)
    for (const room of sample.rooms ?? []) if (room.name === "room-a") room.participants--;
  user(run, "firstTrackP90", "<=", 5000, "ms");
  user(run, "tracksSubscribed", ">=", 100, "%");
  const result = analysed(run);
  expect(result.verdict.status).toBe("fail");
  expect(result.thresholds.map(({ metric, status, measured }) => [metric, status, measured])).toEqual([
    ["loss", "passed", 0],
    ["trackSubscribeP99", "not judged", null],
    ["participantsJoined", "failed", expect.closeTo(90.909, 2)],
    ["hostsFinished", "passed", 100],
    ["firstTrackP90", "not judged", null],
    ["tracksSubscribed", "failed", 85],
  ]);
  expect(result.errors).toEqual([
    {
      kind: "connect",
      message: "timeout",
      count: 1,
      hosts: ["h2"],
      first: expect.stringMatching(/^hosts\/h2\/stream\.log:\d+$/),
    },
  ]);
  expect(result.latency.firstTrack).toMatchObject({ n: 7, censored: 1, mean: null, max: null });
});

test("rooms without publishers give no latency and no tracks, not zeros", () => {
  const run = calmRun();
  for (const room of run.plan.rooms)
    Object.assign(room, { publishers: 0, expectedTracksPerSubscriber: { min: 0, max: 0 } });
  for (const segment of run.plan.segments) Object.assign(segment, { videoPublishers: 0, audioPublishers: 0 });
  for (const host of ["h1", "h2"])
    editStream(run, host, (line) => (/ (publishing|subscribed to)/.test(line) ? null : line));
  user(run, "tracksSubscribed", ">=", 100, "%");
  user(run, "firstTrackP50", "<=", 100, "ms");
  const result = analysed(run);
  expect([result.latency.firstTrack, result.latency.allTracks, result.latency.publish]).toEqual([null, null, null]);
  expect(result.totals.tracks).toEqual({ expectedMin: 0, expectedMax: 0, subscribed: 0 });
  expect(result.verdict.reasons.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      "the threshold on tracksSubscribed could not be judged: no source: no subscriber is expected to get a track",
      "the threshold on firstTrackP50 could not be judged: no source: no subscriber is expected to get a track",
    ]),
  );
});

test("a process that was given up on is named, with the reason and its place", () => {
  const run = calmRun();
  const line = run.streams.h2?.findIndex((text) => text.includes("segment=s3")) ?? 0;
  editStream(run, "h2", (text) => {
    if (/ s3 /.test(text)) return null;
    if (/started segment=s3/.test(text))
      return text.replace(/event=.*/, "event=failed segment=s3 reason=exit code 1, three times");
    return / segment=s3 /.test(text) ? null : text;
  });
  const result = analysed(run);
  expect(result.errors).toEqual([
    {
      kind: "start",
      message: "lk was given up on: exit code 1, three times",
      count: 1,
      hosts: ["h2"],
      first: `hosts/h2/stream.log:${line + 1}`,
    },
  ]);
  expect(result.segments[2]).toMatchObject({
    status: "failed",
    startErrorMs: null,
    lkReported: null,
    finishedConnecting: false,
  });
  expect(result.hosts[1]?.status).toBe("partial");
  expect(kinds(result)).toContain("threshold");
  expect(result.warnings).toContain("the steady window is that of the other processes: s3 never finished connecting");
});

test("others on the server are pointed out: its counters hold their packets, too", () => {
  const run = calmRun();
  const first = run.scrapes[0];
  if (first?.text) first.text = first.text.replace(/^(livekit_participant_total\{[^}]*\}) \d+/m, "$1 4");
  expect(analysed(run).warnings).toEqual([
    expect.stringMatching(/^the servers had 4 participants who are not of this run/),
  ]);
});

test("coverage: a cluster that had to be watched and answered too seldom, after the graver reasons", () => {
  const run = calmRun();
  const polledAtMs = run.armed.startAtMs;
  run.plan.kubernetes = { required: true };
  run.kubernetes = [snapshot(polledAtMs - startMs)];
  expect(analysed(run).verdict.status).toBe("pass");
  run.kubernetes = [snapshot(polledAtMs - startMs, { podMetrics: "HTTP 503: gone", nodeMetrics: "HTTP 503: gone" })];
  const text = "Kubernetes answered for podMetrics, nodeMetrics only 0 of 1 polls: HTTP 503: gone";
  expect(analysed(run)).toMatchObject({
    verdict: { status: "invalid", reasons: [{ kind: "coverage", text, host: null }] },
    warnings: [],
  });
  run.streams.h2 = [];
  expect(kinds(analysed(run)).slice(0, 2)).toEqual(["lost-host", "coverage"]);
});

test("coverage: a cluster that did not have to be watched only warns", () => {
  const run = calmRun();
  run.plan.kubernetes = { required: false };
  run.kubernetes = [snapshot(run.armed.startAtMs - startMs, { pods: "HTTP 403: no" })];
  expect(analysed(run)).toMatchObject({
    verdict: { status: "pass" },
    warnings: [expect.stringMatching(/^Kubernetes answered for pods only 0 of 1 polls: HTTP 403: no; figures of/)],
  });
});

test.each([
  [true, "invalid", 0],
  [false, "pass", 1],
])("coverage: a cluster of which nothing was seen, required: %s", (required, status, warnings) => {
  const run = calmRun();
  run.plan.kubernetes = { required };
  const result = analysed(run);
  expect(result.verdict.status).toBe(status);
  expect(result.warnings).toHaveLength(warnings);
  const told = [...result.warnings, ...result.verdict.reasons.map(({ text }) => text)];
  expect(told).toEqual(
    ["nothing was seen of the Kubernetes cluster that was to be watched"].map((text) => expect.stringContaining(text)),
  );
});
