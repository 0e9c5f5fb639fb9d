import { readFileSync, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProbeLine, ProbeLineOf } from "../../../src/metrics/probes/lines.ts";
import { probeLineSchema } from "../../../src/metrics/probes/lines.ts";
import { checkProbeClient } from "../../../src/observe/probes/check-client.ts";
import { observeProbes } from "../../../src/observe/probes/observe-probes.ts";
import type { ProbeOrders } from "../../../src/observe/probes/orders.ts";
import { startLivekitServer, type LivekitServer } from "../../lab/livekit-server.ts";
import { tempDir, type TempDir } from "../../lab/temp-dir.ts";

let server: LivekitServer;
let dir: TempDir;
beforeAll(async () => {
  server = await startLivekitServer({});
  dir = await tempDir("probes");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

let logs = 0;

/** Runs probes until the lines say enough, then ends them. */
async function probe(
  changed: Partial<ProbeOrders>,
  enough: (lines: readonly ProbeLine[]) => boolean,
): Promise<ProbeLine[]> {
  const log = join(dir.path, `probes-${++logs}.ndjson`);
  const stop = new AbortController();
  const lines: ProbeLine[] = [];
  const orders: ProbeOrders = {
    url: server.url,
    apiKey: server.apiKey,
    apiSecret: server.apiSecret,
    rooms: ["probed"],
    perRoom: 1,
    identityPrefix: "test-probe",
    loadPrefixes: ["load"],
    intervalMs: 1000,
    fromMs: Date.now(),
    untilMs: Date.now() + 60_000,
    ...changed,
  };
  const limit = setTimeout(() => stop.abort(), 90_000);
  await observeProbes({
    orders,
    log,
    now: Date.now,
    signal: stop.signal,
    onLine: (line) => {
      lines.push(line);
      if (enough(lines)) stop.abort();
    },
  });
  clearTimeout(limit);
  const written = readFileSync(log, "utf8").trimEnd().split("\n");
  expect(written.map((text) => probeLineSchema.parse(JSON.parse(text)))).toEqual(lines);
  expect(await probeProcesses()).toEqual([]);
  return lines;
}

/** Processes of probes that this test process has started. */
async function probeProcesses(): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => {
    try {
      const parent = / \d+ \((?:.*)\) \w (\d+)|^\d+ \(.*\) \w (\d+)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"));
      const command = readFileSync(`/proc/${id}/cmdline`, "utf8");
      return Number(parent?.[1] ?? parent?.[2]) === process.pid && command.includes("probe-process");
    } catch {
      return false;
    }
  });
}

const of = <Kind extends ProbeLine["kind"]>(lines: readonly ProbeLine[], kind: Kind) =>
  lines.filter((line): line is ProbeLineOf<Kind> => line.kind === kind);

describe("probes in a room of a real server", () => {
  test("join, subscribe, see the first frame, measure latency and an echo, and leave", async () => {
    // A ping that gets no answer is told after 10 s.
    const lines = await probe({}, (so) => of(so, "visit").length >= 4 && of(so, "echo").length >= 12);
    const visits = of(lines, "visit").filter(({ tracks }) => tracks.length > 0);
    expect(visits.length).toBeGreaterThan(0);
    for (const { join, tracks } of visits) {
      expect(join).toMatchObject({ error: null });
      expect(tracks).toMatchObject([
        { media: "video", of: "probe", subscribe: { error: null }, firstFrame: { error: null } },
      ]);
      const [track] = tracks;
      expect(track?.firstFrame?.ms).toBeGreaterThanOrEqual(track?.subscribe.ms ?? Number.NaN);
    }
    const latencies = of(lines, "listen").flatMap(({ latencyMs }) => latencyMs);
    expect(latencies.length).toBeGreaterThan(10);
    expect(Math.min(...latencies)).toBeGreaterThan(0);
    expect(of(lines, "listen").every(({ unreadable }) => unreadable === 0)).toBe(true);
    expect(of(lines, "listen").at(-1)).toMatchObject({ inbound: [{ of: "probe", media: "video", packetsLost: 0 }] });
    for (const { step } of of(lines, "echo")) expect(step).toMatchObject({ error: null });
    expect(of(lines, "machine").length).toBeGreaterThan(2);
    expect(lines.at(-1)).toMatchObject({ kind: "end", outcome: "done" });
  });

  test("a refused join is told with its reason, and the probes go on", async () => {
    const lines = await probe({ apiSecret: "wrong".repeat(8) }, (so) => of(so, "visit").length >= 2);
    for (const { join, tracks } of of(lines, "visit")) {
      expect(join.ms).toBeNull();
      expect(join.error).toMatch(/401|unauthorized|invalid/i);
      expect(tracks).toEqual([]);
    }
    expect(of(lines, "resident").some(({ event }) => event === "join failed")).toBe(true);
    expect(JSON.stringify(lines)).not.toMatch(/eyJ[\w-]+\./);
  });

  test("a crash of the process is told, and another one goes on", async () => {
    let killed = false;
    const lines = await probe({}, (so) => {
      if (!killed && of(so, "visit").length === 1) {
        killed = true;
        void probeProcesses().then((ids) => ids.forEach((id) => process.kill(Number(id), "SIGSEGV")));
      }
      return of(so, "hello").length === 2 && so.at(-1)?.kind === "visit";
    });
    expect(of(lines, "end")).toMatchObject([{ outcome: "crashed", text: "ended by SIGSEGV" }, { outcome: "done" }]);
  });

  test("the process ends when the one that started it is gone: its input ends", async () => {
    const stop = AbortSignal.abort();
    const lines: ProbeLine[] = [];
    await observeProbes({
      orders: {
        url: server.url,
        apiKey: server.apiKey,
        apiSecret: server.apiSecret,
        rooms: ["probed"],
        perRoom: 1,
        identityPrefix: "test-probe",
        loadPrefixes: [],
        intervalMs: 1000,
        fromMs: Date.now() + 60_000,
        untilMs: Date.now() + 120_000,
      },
      log: join(dir.path, "never.ndjson"),
      now: Date.now,
      signal: stop,
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual([]);
    expect(await probeProcesses()).toEqual([]);
  });
});

test("the client can be loaded here", async () => {
  expect(await checkProbeClient(new AbortController().signal)).toBeNull();
  expect(readlinkSync("/proc/self/exe")).toContain("node");
});
