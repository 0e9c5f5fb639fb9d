import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createAnalysis } from "../../src/metrics/analyse.ts";
import {
  armedSchema,
  clocksAfterSchema,
  configuredSchema,
  loadFileSchema,
  roomsSampleSchema,
  runFileSchema,
  scrapeSchema,
} from "../../src/metrics/raw.ts";
import type { KubernetesLine } from "../../src/metrics/kubernetes/lines.ts";
import { resultSchema, type Reason, type Result } from "../../src/metrics/result.ts";
import { planSchema } from "../../src/plan/plan.ts";

const folder = join(import.meta.dirname, "..", "captures", "run");
const text = (name: string) => readFileSync(join(folder, name), "utf8").trimEnd();
const json = (name: string): unknown => JSON.parse(text(name));
const ndjson = (name: string): unknown[] =>
  text(name)
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

export type CapturedRun = ReturnType<typeof capturedRun>;

/** The captured run in memory, to be changed at will. */
export function capturedRun() {
  const plan = planSchema.parse(json("plan.json"));
  return {
    plan,
    run: runFileSchema.parse(json("run.json")),
    configured: configuredSchema.parse(json("configured.json")),
    armed: armedSchema.parse(json("armed.json")),
    clocksAfter: clocksAfterSchema.parse(json("clocks-after.json")),
    load: loadFileSchema.parse(json("load.json")),
    streams: Object.fromEntries(plan.hosts.map(({ name }) => [name, text(`hosts/${name}/stream.log`).split("\n")])),
    rooms: ndjson("observe/rooms.ndjson").map((line) => roomsSampleSchema.parse(line)),
    scrapes: ndjson("observe/livekit-metrics.ndjson").map((line) => scrapeSchema.parse(line)),
    /** It ran beside no cluster. */
    kubernetes: new Array<KubernetesLine>(),
  };
}

/**
 * The captured run as it would have been on machines with nothing else to do: the sampler's ticks of both cores are
 * replaced by idle ones. Everything else is as captured.
 */
export function calmRun(): CapturedRun {
  const run = capturedRun();
  for (const host of Object.keys(run.streams)) editStream(run, host, (line) => withCores(line, () => 20));
  return run;
}

export function editStream(run: CapturedRun, host: string, edit: (line: string) => string | null): void {
  run.streams[host] = (run.streams[host] ?? []).flatMap((line) => edit(line) ?? []);
}

/** Replaces a sampler line's cores by two that are busy as told: ticks are a function of time alone. */
export function withCores(line: string, busyPercent: (timeS: number) => number): string {
  const match = /^(\d+\.\d+) smp /.exec(line);
  if (!match) return line;
  const timeS = Number(match[1]);
  let busy = 0;
  for (let at = bootedAtS; at < timeS; at += 0.1) busy += Math.min(0.1, timeS - at) * busyPercent(at);
  const ticks = `${Math.round(busy)},0,0,${Math.round((timeS - bootedAtS) * 100 - busy)},0,0,0,0`;
  return line.replaceAll(/ c\d+=\S+/g, "").replace(" smp ", ` smp c0=${ticks} c1=${ticks} `);
}

const bootedAtS = Math.floor(capturedRun().armed.startAtMs / 1000) - 100;

/** The whole analysis, checked against the schema. */
export function analysed(run: CapturedRun, without: ("configured" | "armed" | "clocksAfter" | "load")[] = []): Result {
  const given = <Key extends "configured" | "armed" | "clocksAfter" | "load">(key: Key) =>
    without.includes(key) ? null : run[key];
  const analysis = createAnalysis({
    plan: run.plan,
    run: run.run,
    configured: given("configured"),
    armed: given("armed"),
    clocksAfter: given("clocksAfter"),
    load: given("load"),
  });
  for (const [host, lines] of Object.entries(run.streams)) {
    for (const [index, line] of lines.entries()) analysis.hostLine(host, line, index + 1);
  }
  for (const sample of run.rooms) analysis.roomsSample(sample);
  for (const scrape of run.scrapes) analysis.scrape(scrape);
  for (const line of run.kubernetes) analysis.kubernetesLine(line);
  return resultSchema.parse(analysis.finish());
}

export const kinds = (result: Result): Reason["kind"][] => [...new Set(result.verdict.reasons.map(({ kind }) => kind))];
