/** A target that is short of CPU time, one that goes away for a moment, and loads that leave nothing to measure. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTruthLab, type TruthLab, type TruthRun } from "./truth-lab.ts";
import { recordTruth } from "./truth-table.ts";
import { unlessStolen } from "./unless-stolen.ts";

/** Two publishers and eight subscribers to a host: sound and a small picture, some 2,000 packets per second from the server. */
const load = { participants: 10, publishers: 2, videoPublishers: 2, videoResolution: "low", duration: "20s" };

describe("held to a fraction of a core", () => {
  /** Of what this load takes, about a third. */
  const cores = 0.05;
  let truth: TruthLab;
  beforeAll(async () => {
    truth = await startTruthLab({ hosts: 2, server: { cpuQuota: 1 } });
  });
  afterAll(async () => {
    await truth[Symbol.asyncDispose]();
  });

  test("once everybody has joined: the run fails, and that is put down to the target", async () => {
    const { result, exitCode, stdout } = await truth.run({ load }, async (command) => {
      await command.until(/joined 20\/20/);
      await truth.server.limitCpu(cores);
    });
    const { findings, answers } = result.attribution;
    recordTruth({
      fault: "livekit-server held to a fraction of a core",
      injected: `${cores} of a core (cgroup quota), once all had joined`,
      reported: `verdict ${result.verdict.status} (${result.verdict.headline}); ${findings.map(({ what, place }) => `${what}: ${place}`).join(", ")}; LiveKit took ${answers.answerP50Ms?.toFixed(0) ?? "–"} ms to answer, ${answers.connectP50Ms?.toFixed(1) ?? "–"} ms to connect (medians)`,
      allowed:
        "fail, put down to the target (unknown if the hypervisor took so much CPU time that it can have been that)",
    });
    expect(exitCode, stdout).toBe(3);
    expect(result.verdict.status).toBe("fail");
    expect(findings.length, stdout).toBeGreaterThan(0);
    const said = `${stdout}${JSON.stringify(result.attribution, null, 1)}`;
    for (const finding of findings) {
      expect(finding, said).toMatchObject({ place: unlessStolen("target", finding.what, result.hosts) });
    }
  });
});

describe("with time to spare", () => {
  let truth: TruthLab;
  beforeAll(async () => {
    truth = await startTruthLab({ hosts: 2, server: { extraConfig: { room: { max_participants: 4 } } } });
  });
  afterAll(async () => {
    await truth[Symbol.asyncDispose]();
  });

  test("restarted in the load: the gap, the new joins and the participants that were away are told", async () => {
    let awayMs = 0;
    const { result, stdout } = await truth.run(
      {
        livekit: { metrics: [truth.server.metricsUrl], cli: truth.cli },
        load: { ...load, participants: 4, publishers: 1, videoPublishers: 1, duration: "40s" },
      },
      async (command) => {
        await command.until(/joined 8\/8/);
        // The server's own count of before must have been seen.
        await delay(11_000);
        await truth.server.stop();
        const from = performance.now();
        await delay(3000);
        await truth.server.restart();
        awayMs = performance.now() - from;
      },
    );
    const silences = result.events.map(({ text }) => text).filter((text) => text.startsWith("LiveKit "));
    const told = Number(/after ([\d.]+) s/.exec(silences.find((text) => text.includes("again")) ?? "")?.[1]) * 1000;
    const server = result.servers?.each[0];
    recordTruth({
      fault: "livekit-server restarted in the load",
      injected: `away for ${(awayMs / 1000).toFixed(1)} s`,
      reported: `${silences.join("; ")}; ${server?.restarts ?? "no"} restart; ${server?.values["joins"] ?? "no"} joins counted by the server, of ${result.totals.participants.joined} participants; verdict ${result.verdict.status}: ${result.verdict.reasons.map(({ text }) => text).join("; ")}`,
      allowed: "± 2 s of the gap; restart and joins of before and after told; not a pass",
    });
    expect(result.verdict.status, stdout).not.toBe("pass");
    expect(Math.abs(told - awayMs), silences.join("; ")).toBeLessThan(2000);
    expect(server?.restarts).toBe(1);
    expect(result.verdict.reasons, stdout).toContainEqual(expect.objectContaining({ kind: "coverage" }));
    expect(result.attribution.findings.every(({ place }) => place !== "network")).toBe(true);
  });

  const nothingSilent = ({ result }: TruthRun) => {
    for (const threshold of result.thresholds) {
      if (threshold.measured === null) expect(threshold.reason, threshold.metric).toBeTruthy();
    }
    const { rtp } = result.media;
    if (rtp.loss === null) expect(rtp.reason).toBeTruthy();
    for (const { rtp } of result.hosts) if (rtp.loss === null) expect(rtp.reason).toBeTruthy();
  };

  test("no subscribers: loss and latencies are not measured, and nothing of it is 0", async () => {
    const run = await truth.run({
      load: {
        participants: 2,
        publishers: 2,
        videoPublishers: 1,
        subscribers: 0,
        videoResolution: "low",
        duration: "15s",
      },
    });
    const { result, stdout } = run;
    const loss = result.thresholds.find(({ metric }) => metric === "loss");
    recordTruth({
      fault: "no subscribers",
      injected: "2 × 2 publishers alone",
      reported: `loss ${loss?.status}: ${loss?.reason}; first track ${result.latency.firstTrack === null ? "not measured" : "measured"}`,
      allowed: "not measured, with the reason; never 0",
    });
    nothingSilent(run);
    expect(loss, stdout).toMatchObject({ measured: null, status: "not judged" });
    expect(result.media.rtp).toMatchObject({ loss: null, audio: null, video: null });
    for (const { rtp } of result.hosts) expect(rtp.reason).toBe("no subscriber on this host");
    expect(result.latency.firstTrack).toBeNull();
    expect(result.totals.publishers).toMatchObject({ intended: 4, joined: 4 });
  });

  test("no video: audio is measured, video is not 0 % but absent", async () => {
    const run = await truth.run({
      load: { participants: 4, publishers: 1, videoPublishers: 0, subscribers: 3, duration: "15s" },
    });
    const { rtp } = run.result.media;
    recordTruth({
      fault: "no video",
      injected: "2 × (1 publisher of sound, 3 subscribers)",
      reported: `audio ${((rtp.audio?.loss?.value ?? Number.NaN) * 100).toFixed(2)} % of ${rtp.audio?.expected} packets; video ${rtp.video === null ? "not measured" : "measured"}`,
      allowed: "audio measured; video not measured, never 0",
    });
    nothingSilent(run);
    expect(rtp.audio?.loss?.whole, run.stdout).toBeGreaterThan(1000);
    expect(rtp.video).toBeNull();
  });

  test("the server takes fewer to a room than were asked for: those who could not join are counted", async () => {
    const run = await truth.run({
      load: {
        participants: 7,
        publishers: 1,
        videoPublishers: 1,
        subscribers: 6,
        videoResolution: "low",
        duration: "15s",
      },
    });
    const { result, exitCode, stdout } = run;
    const { participants } = result.totals;
    recordTruth({
      fault: "rooms limited by the server (room.max_participants: 4)",
      injected: "7 participants asked for in each of 2 rooms, 4 let in",
      reported: `joined ${participants.joined} of ${participants.intended}, the server listed at most ${result.totals.serverParticipantsPeak ?? "–"}; verdict ${result.verdict.status}; ${result.errors.map(({ kind, count }) => `${count} × ${kind}`).join(", ")}`,
      allowed: "joined 8 of 14; not a pass",
    });
    nothingSilent(run);
    expect(participants, stdout).toMatchObject({ intended: 14, joined: 8 });
    expect(exitCode).not.toBe(0);
    expect(result.thresholds.find(({ metric }) => metric === "participantsJoined")).toMatchObject({ status: "failed" });
    expect(result.errors.filter(({ kind }) => kind === "connect").reduce((sum, { count }) => sum + count, 0)).toBe(6);
  });
});
