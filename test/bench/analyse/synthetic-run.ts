/** The raw files of a large run that never was, as its phases would have written them; always the same. */
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { resolveCounts } from "../../../src/config/load-counts.ts";
import { configSchema } from "../../../src/config/schema.ts";
import type {
  Armed,
  ClocksAfter,
  Configured,
  LoadFile,
  RoomsSample,
  RunFile,
  Scrape,
} from "../../../src/metrics/raw.ts";
import { buildPlan } from "../../../src/plan/build-plan.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { runFolder } from "../../../src/run/folder.ts";
import { writeJson } from "../../../src/run/store.ts";
import { random } from "./random.ts";
import { syntheticStream } from "./synthetic-stream.ts";

export type Size = { hosts: number; participants: number; minutes: number };

const runId = "20261122-194812-k3f9";
const startAtMs = Date.UTC(2026, 10, 22, 19, 50);
const pollIntervalMs = 10_000;
const lastScrapeDelayMs = 30_000;
const servers = ["10.1.0.1", "10.1.0.2", "10.1.0.3"].map((address) => `http://${address}:6789/metrics`);
/** A real server's exposition; its numbers are scaled with time. */
const capture = join(import.meta.dirname, "..", "..", "captures", "run", "observe", "livekit-metrics.ndjson");

export async function syntheticRun(
  stateDir: string,
  size: Size,
  signal: AbortSignal,
): Promise<{ runId: string; lines: number; bytes: number }> {
  const plan = planOf(size);
  const folder = runFolder(stateDir, runId);
  const endAtMs = startAtMs + plan.timing.totalMs + 1500;
  const clocks = plan.hosts.map((_, index) => clockOf(index));
  let lines = 0;
  let bytes = 0;
  const write = async (path: string, texts: Iterable<string>) => {
    await mkdir(dirname(path), { recursive: true });
    await using file = await open(path, "w");
    for (const text of texts) {
      signal.throwIfAborted();
      lines += text.split("\n").length - 1;
      bytes += Buffer.byteLength(text);
      await file.write(text);
    }
  };

  writeJson(folder.plan, plan);
  writeJson(folder.run, runFile());
  writeJson(folder.configured, configured(plan));
  writeJson(folder.armed, armed(plan, clocks));
  writeJson(folder.clocksAfter, clocksAfter(plan, clocks));
  writeJson(folder.load, loadFile(plan, endAtMs));
  for (const [index, host] of plan.hosts.entries()) {
    const offsetMs = clocks[index]?.offsetMs ?? 0;
    await write(folder.stream(host.name), [syntheticStream({ plan, host, startAtMs, offsetMs, seed: index + 1 })]);
  }
  await write(folder.roomsLog, roomPolls(plan, endAtMs));
  const exposition = await realExposition();
  await write(folder.metricsLog, scrapes(exposition, plan, endAtMs));
  await writeFile(folder.log, "");
  return { runId, lines, bytes };
}

function planOf({ hosts, participants, minutes }: Size): Plan {
  const config = configSchema.parse({
    livekit: { url: "wss://livekit.example.com", metrics: servers },
    load: { participants, duration: `${minutes}m` },
  });
  const fleet = Array.from({ length: hosts }, (_, index) => {
    const number = String(index + 1).padStart(3, "0");
    return { name: `vm-${number}`, address: `ubuntu@10.0.${index >> 8}.${index & 255}:22`, cores: 4 };
  });
  return buildPlan({ config, hosts: fleet, runId, counts: resolveCounts(config.load) });
}

function clockOf(index: number): { offsetMs: number; errorMs: number; roundTrips: number; measuredAtMs: number } {
  const next = random(90_000 + index);
  return { offsetMs: (next() - 0.5) * 40, errorMs: 0.2 + next(), roundTrips: 30, measuredAtMs: startAtMs - 6000 };
}

function runFile(): RunFile {
  return {
    schema: "lkload/run",
    version: 1,
    runId,
    lkloadVersion: "0.1.0",
    createdAtMs: startAtMs - 120_000,
    command: "lkload run",
    controller: { node: process.version, platform: "linux", cores: 2 },
    gitSha: null,
  };
}

function configured(plan: Plan): Configured {
  const knob = (name: string) => ({ name, state: "changed" as const, before: "212992", after: "67108864" });
  const hosts = plan.hosts.map(({ name }) => ({
    name,
    status: "ready" as const,
    error: null,
    facts: { os: "Debian GNU/Linux 12", kernel: "6.1.0", arch: "amd64", cores: 4, memoryKb: 8_000_000, other: {} },
    tuning: {
      applied: true,
      reason: null,
      knobs: Array.from({ length: 18 }, (_, i) => knob(`net.core.knob_${i}`)),
    },
    lk: { version: "2.18.2", sha256: "0".repeat(64), path: "/var/tmp/lkload-1000/lk", source: "download" },
    warnings: [],
    durationMs: 4000,
  }));
  return { schema: "lkload/configured", version: 1, hosts };
}

type Clocks = readonly ReturnType<typeof clockOf>[];

function armed(plan: Plan, clocks: Clocks): Armed {
  const hosts = plan.hosts.map(({ name }, index) => {
    const clock = clocks[index] ?? null;
    return { name, clock, startAtHostMs: startAtMs + (clock?.offsetMs ?? 0), error: null };
  });
  return { schema: "lkload/armed", version: 1, startAtMs, hosts };
}

function clocksAfter(plan: Plan, clocks: Clocks): ClocksAfter {
  const hosts = plan.hosts.map(({ name }, index) => ({ name, clock: clocks[index] ?? null, error: null }));
  return { schema: "lkload/clocks-after", version: 1, hosts };
}

function loadFile(plan: Plan, endedAtMs: number): LoadFile {
  const hosts = plan.hosts.map(({ name }) => ({ name, collected: true, streamBytes: 0, error: null }));
  return {
    schema: "lkload/load",
    version: 1,
    startedAtMs: startAtMs,
    endedAtMs,
    outcome: "finished",
    reason: null,
    abortedBy: null,
    hosts,
  };
}

function* roomPolls(plan: Plan, endAtMs: number): Generator<string> {
  for (let atMs = startAtMs; atMs < endAtMs; atMs += pollIntervalMs) {
    const joined = Math.min(1, (atMs - startAtMs) / plan.timing.rampMs);
    const sample: RoomsSample = {
      polledAtMs: atMs,
      tookMs: 900,
      rooms: plan.rooms.map((room) => ({
        name: room.name,
        participants: Math.floor(joined * (room.publishers + room.subscribers)),
        publishers: Math.floor(joined * room.publishers),
        publishedTracks: Math.floor(joined * (room.videoPublishers + room.audioPublishers)),
      })),
      error: null,
    };
    yield `${JSON.stringify(sample)}\n`;
  }
}

async function realExposition(): Promise<string> {
  const lines = (await readFile(capture, "utf8")).trimEnd().split("\n");
  const { text } = JSON.parse(lines.at(-1) ?? "{}") as Scrape;
  if (text === null || text === undefined) throw new Error(`${capture} ends without an exposition`);
  return text;
}

function* scrapes(exposition: string, plan: Plan, endAtMs: number): Generator<string> {
  const last = endAtMs + lastScrapeDelayMs;
  for (let atMs = startAtMs - pollIntervalMs; atMs <= last; atMs += pollIntervalMs) {
    for (const [index, url] of servers.entries()) {
      const text = scaled(exposition, { index, atMs, plan });
      yield `${JSON.stringify({ polledAtMs: atMs, tookMs: 40, url, text, error: null } satisfies Scrape)}\n`;
    }
  }
}

/** Counters grow with time from 0, gauges of participants have the load's own number. */
function scaled(exposition: string, at: { index: number; atMs: number; plan: Plan }): string {
  const elapsedMs = Math.max(0, at.atMs - startAtMs);
  const factor = Math.floor((elapsedMs / at.plan.timing.totalMs) * 5000);
  const participants = Math.floor(
    (Math.min(1, elapsedMs / at.plan.timing.rampMs) * at.plan.totals.participants) / servers.length,
  );
  return exposition
    .split("\n")
    .map((line) => {
      const space = line.lastIndexOf(" ");
      const name = line.slice(0, space).replace(/node_id="[^"]*"/, `node_id="ND_${at.index}"`);
      const value = name.startsWith("livekit_participant_total")
        ? participants
        : Math.round(Number(line.slice(space + 1)) * factor);
      return `${name} ${value}`;
    })
    .join("\n");
}
