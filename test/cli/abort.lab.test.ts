/** A threshold that ends the load: real lk, livekit-server and probes, on this machine. */
import { readFileSync, globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadFileSchema } from "../../src/metrics/raw.ts";
import { resultSchema } from "../../src/metrics/result.ts";
import { tainting } from "../../src/metrics/verdict.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { lkload } from "../lab/lkload.ts";
import { tempDir, type TempDir } from "../lab/temp-dir.ts";

let server: LivekitServer;
let dir: TempDir;
beforeAll(async () => {
  server = await startLivekitServer({});
  dir = await tempDir("abort");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

test("a limit that cannot hold ends the load orderly: what was measured is judged, and nothing is left", async () => {
  const config = {
    livekit: { metrics: [server.metricsUrl], cli: { source: "path", path: await ensureLk() } },
    load: { participants: 4, publishers: 1, videoPublishers: 1, videoResolution: "low", duration: "3m" },
    probes: { perRoom: 1, interval: "1s" },
    thresholds: {
      // No round trip takes less than a thousandth of a millisecond.
      probeLatencyP50: { max: "0.001ms", for: "5s", abortOnFail: true },
      loss: { max: "100%", for: "20s", abortOnFail: true },
    },
  };
  writeFileSync(join(dir.path, "lkload.yaml"), stringify(config));
  const env = server.env;
  const started = performance.now();
  const { exitCode, stdout, stderr } = await lkload(["run", "--local"], { cwd: dir.path, env });
  const [runDir = ""] = globSync(join(dir.path, ".lkload/runs/*"));
  const result = resultSchema.parse(JSON.parse(readFileSync(join(runDir, "result.json"), "utf8")));
  const load = loadFileSchema.parse(JSON.parse(readFileSync(join(runDir, "load.json"), "utf8")));

  // As planned it would have taken three minutes and more.
  expect(performance.now() - started).toBeLessThan(150_000);
  expect(stderr).toMatch(/the load is ended: probeLatencyP50 was \d/);
  expect(load).toMatchObject({
    outcome: "aborted",
    abortedBy: { metric: "probeLatencyP50" },
    hosts: [{ collected: true }],
  });
  const aborted = result.thresholds.find(({ metric }) => metric === "probeLatencyP50");
  // A machine that is full gives windows that are not judged; one that was judged broke the limit.
  expect(aborted).toMatchObject({ status: "failed", sliding: { forMs: 5000, aborted: true } });
  expect(result.thresholds.find(({ metric }) => metric === "hostsFinished")).toMatchObject({
    status: "not judged",
    reason: expect.stringContaining("ended before its time") as string,
  });
  // The probes are nobody's tracks but their own, and no participants of the load.
  expect(result.totals.tracks).toMatchObject({ expectedMin: 6, subscribed: 6 });
  expect(result.totals.serverParticipantsPeak).toBe(4);
  const steady = result.phases.steady;
  expect(load.abortedBy?.fromMs).toBeGreaterThanOrEqual(steady?.fromMs ?? Number.NaN);
  expect(load.abortedBy?.toMs).toBeLessThanOrEqual(steady?.toMs ?? Number.NaN);
  expect(result.verdict.reasons.map(({ kind }) => kind)).not.toContain("interrupted");
  const tainted = result.verdict.reasons.some(({ kind }) => tainting.has(kind));
  expect(exitCode, stdout).toBe(tainted ? 4 : 3);
  if (!tainted) expect(result.verdict.headline).toMatch(/^Failed: probeLatencyP50 .*it ended the load/);
  expect(stderr).toMatch(/nothing left/);
});
