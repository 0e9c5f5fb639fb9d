/** Joins of the probes, counted by the server, and what the report makes of many, of few, and of a machine too busy to time them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { resultSchema, type Result } from "../../src/metrics/result.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { Lkload } from "../lab/lkload.ts";
import { tempDir, type TempDir } from "../lab/temp-dir.ts";
import { trustedRun } from "./trusted-run.ts";
import { recordTruth } from "./truth-table.ts";

let server: LivekitServer;
let dir: TempDir;
beforeAll(async () => {
  server = await startLivekitServer();
  dir = await tempDir("truth-probes");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

let runs = 0;

type Run = { result: Result; exitCode: number; report: string; stdout: string };

/** One room, which a probe joins once a second: more often, and two cores are too busy with joining to time it. */
async function run(duration: string, during?: (command: Lkload) => Promise<void>): Promise<Run> {
  const config = {
    livekit: { cli: { source: "path", path: await ensureLk() } },
    load: { participants: 3, publishers: 1, videoPublishers: 0, duration, numPerSecond: 10 },
    probes: { perRoom: 1, interval: "1s" },
    thresholds: { probeJoinP99: "<= 5s" },
    run: { dir: join(dir.path, `runs-${++runs}`) },
  };
  writeFileSync(join(dir.path, "lkload.yaml"), stringify(config));
  await using command = new Lkload(["run", "--local"], { cwd: dir.path, env: server.env });
  await during?.(command);
  const exitCode = await command.exit();
  const [file] = globSync(join(config.run.dir, "runs/*/result.json"));
  if (file === undefined) throw new Error(command.stderr);
  const result = resultSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  return { result, exitCode, stdout: command.stdout, report: readFileSync(join(dirname(file), "report.html"), "utf8") };
}

const trustedRunOf = (duration: string) =>
  trustedRun(
    () => run(duration),
    ({ result, stdout }) => ({ distrust: result.probes?.distrust, about: stdout }),
  );

function probesOf({ result, stdout }: Run) {
  const { probes, phases } = result;
  if (!probes || !phases.steady) throw new Error(`no probes, or no steady window:\n${stdout}`);
  const judged = result.thresholds.find(({ metric }) => metric === "probeJoinP99");
  return { probes, judged, counted: joinsByServer(phases.steady) };
}

/** Probes that come and go, by the server's log: those whose media were connected in the time. */
function joinsByServer({ fromMs, toMs }: { fromMs: number; toMs: number }): number {
  const lines = readFileSync(server.logFile, "utf8").split("\n");
  return lines.filter((line) => {
    const atMs = Date.parse(line.split("\t")[0] ?? "");
    return /\tparticipant active\t.*"participant": "[^"]*_visitor_/.test(line) && atMs >= fromMs && atMs < toMs;
  }).length;
}

/** All cores, until the signal aborts: at most for so long. */
async function hogAllCores(seconds: number, signal: AbortSignal): Promise<void> {
  const hogs = Array.from({ length: availableParallelism() }, () =>
    spawn("timeout", [String(seconds), "sh", "-c", "while :; do :; done"], { stdio: "ignore", signal }),
  );
  await Promise.all(hogs.map((hog) => once(hog, "close").catch(() => undefined)));
}

test("more than a hundred joins in the steady window: p99 is reported and judged", { timeout: 600_000 }, async () => {
  const many = await trustedRunOf("115s");
  const { probes, judged, counted } = probesOf(many);
  recordTruth({
    fault: "none: probes that join often",
    injected: `${counted} joins in the steady window (the server's log)`,
    reported: `${probes.joined?.part} of ${probes.joined?.whole} joined; p50 ${probes.join?.p50} ms, p99 ${probes.join?.p99} ms of n = ${probes.join?.n}, longest ${probes.join?.max} ms; probeJoinP99 ${judged?.status}`,
    allowed: "± 2 joins at the window's edges; p99 from 100 joins on",
  });
  expect(counted, many.stdout).toBeGreaterThanOrEqual(102);
  expect(Math.abs((probes.join?.n ?? 0) - counted)).toBeLessThanOrEqual(2);
  expect(probes.distrust).toBeNull();
  // Nothing was wrong: nothing is said to have been.
  expect(probes.errors).toEqual([]);
  expect(probes.dataRoundTrip?.censored).toBe(0);
  expect(probes.join?.p99).toBeGreaterThanOrEqual(probes.join?.p95 ?? Number.NaN);
  expect(probes.join?.p99).toBeLessThanOrEqual(probes.join?.max ?? Number.NaN);
  expect(judged).toMatchObject({ measured: probes.join?.p99, n: probes.join?.n, status: "passed" });
});

test("fewer: no p99, but how many there were, and a threshold on it makes the run invalid", async () => {
  const few = await trustedRunOf("25s");
  const { probes, judged, counted } = probesOf(few);
  const n = probes.join?.n ?? 0;
  recordTruth({
    fault: "none: probes that join too seldom for a p99",
    injected: `${counted} joins in the steady window (the server's log)`,
    reported: `n = ${n}; p99 ${probes.join?.p99 === null ? "not measured" : "measured"}; verdict ${few.result.verdict.status}: ${judged?.reason}`,
    allowed: "no p99, the number told; invalid, as the threshold on it was set",
  });
  expect(counted, few.stdout).toBeLessThan(100);
  expect(Math.abs(n - counted)).toBeLessThanOrEqual(2);
  expect(probes.join).toMatchObject({ p50: expect.any(Number), p95: expect.any(Number), p99: null });
  const reason = `too few samples: p99 needs 100, there are ${n}`;
  expect(judged).toMatchObject({ measured: null, n, status: "not judged", reason });
  expect(few.exitCode, few.stdout).toBe(4);
  expect(few.report).toContain(`n = ${n}, 100 are needed`);
});

test("the probes' machine hogged: figures are not trusted, and no threshold is judged on them", async () => {
  const over = new AbortController();
  const hogged = await run("21s", async (command) => {
    await command.until(/joined 3\/3/);
    const hogging = hogAllCores(60, over.signal);
    await command.exit();
    over.abort();
    await hogging;
  });
  const { probes, judged, counted } = probesOf(hogged);
  recordTruth({
    fault: "the probes' machine hogged",
    injected: `all ${availableParallelism()} cores, from when all had joined; ${counted} joins in the steady window (the server's log)`,
    reported: `verdict ${hogged.result.verdict.status}; "${probes.distrust}"; probeJoinP99 ${judged?.status}: ${judged?.reason}`,
    allowed: "not trusted, not judged, invalid",
  });
  expect(probes.distrust, hogged.stdout).toMatch(/saturated|late for its own timers/);
  expect(judged).toMatchObject({
    measured: null,
    status: "not judged",
    reason: expect.stringContaining(probes.distrust ?? "–"),
  });
  expect(hogged.exitCode, hogged.stdout).toBe(4);
  expect(hogged.report).toContain("not trusted");
});
