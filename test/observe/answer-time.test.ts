import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { answerSampleSchema } from "../../src/metrics/raw.ts";
import { answerTime, observeAnswers, phaseMs } from "../../src/observe/answer-time.ts";
import { tempDir } from "../lab/temp-dir.ts";

async function listening(answerAfterMs: number): Promise<{ url: string; server: Server } & AsyncDisposable> {
  const server = createServer((_, response) => {
    setTimeout(() => response.writeHead(406).end("not now"), answerAfterMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    server,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("a process that is slow to answer is told from a way that is slow: connecting stays quick", async () => {
  await using slow = await listening(300);
  const sample = await answerTime(slow.url, () => 1234);
  expect(sample).toMatchObject({ polledAtMs: 1234, error: null });
  expect(sample.answerMs).toBeGreaterThan(295);
  expect(sample.connectMs).toBeGreaterThan(0);
  expect(sample.connectMs ?? Number.NaN).toBeLessThan(sample.answerMs ?? Number.NaN);
});

test("nobody there: an error, and neither time is made up", async () => {
  const gone = await listening(0);
  await gone[Symbol.asyncDispose]();
  const sample = await answerTime(gone.url, () => 1);
  expect(sample).toMatchObject({ connectMs: null, answerMs: null });
  expect(sample.error).toMatch(/ECONNREFUSED|refused/);
});

test("asks until it is told to stop, one line each", async () => {
  await using server = await listening(0);
  await using dir = await tempDir("answers");
  const log = join(dir.path, "observe", "answers.ndjson");
  const stop = new AbortController();
  const observing = observeAnswers({ url: server.url, log, now: Date.now, signal: stop.signal });
  const lines = async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  while ((await lines()).length < 2) await delay(50);
  stop.abort();
  await observing;
  for (const line of await lines()) expect(answerSampleSchema.parse(JSON.parse(line)).answerMs).toBeGreaterThan(0);
});

test("asks at every point of a quota's period, soon and evenly", () => {
  const phases = Array.from({ length: 20 }, (_, count) => phaseMs(count)).toSorted((a, b) => a - b);
  const gaps = phases.map((phase, index) => (phases[index + 1] ?? 100 + (phases[0] ?? 0)) - phase);
  // Twenty of them would be 5 ms apart at best.
  expect(Math.max(...gaps)).toBeLessThan(10);
  expect(Math.min(...phases)).toBeGreaterThanOrEqual(0);
});
