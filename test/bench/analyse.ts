/** Analysis and reports of a large run, from its raw files alone, in a process of its own. */
import { join } from "node:path";
import { tempDir } from "../lab/temp-dir.ts";
import { syntheticRun } from "./analyse/synthetic-run.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { published } from "./published.ts";
import { timedChild } from "./timed-child.ts";

const size = { hosts: 150, participants: 100, minutes: 30 };

const child = join(import.meta.dirname, "analyse", "child.ts");

export const analyse: Measurement = {
  name: "analyse",
  tools: [],
  async run({ progress, signal }: BenchContext): Promise<Row[]> {
    await using dir = await tempDir("bench-analyse");
    progress.say(`analyse: writing a run of ${size.hosts} hosts × ${size.participants} × ${size.minutes} min`);
    const written = await syntheticRun(dir.path, size, signal);
    progress.say(`analyse: analysing ${written.lines.toLocaleString("en-US")} lines`);
    await using code = await tempDir("bench-analyse-code");
    const compiled = await published(code.path, signal, [child]);
    const { durationMs, stdout } = await timedChild(process.execPath, [compiled(child), dir.path, written.runId], {
      signal,
    });
    const seen = JSON.parse(stdout) as ChildResult;
    if (seen.joined !== size.hosts * size.participants) {
      throw new Error(`the analysis saw ${seen.joined} participants join: the synthetic run is not what lkload reads`);
    }
    const of = `${size.hosts} VMs × ${size.participants} × ${size.minutes} min`;
    const parts = `analysis ${(seen.analyseMs / 1000).toFixed(1)} s, reports ${(seen.reportMs / 1000).toFixed(1)} s, ${(seen.cpuMs / 1000).toFixed(1)} s of CPU time`;
    return [
      {
        name: `analyse + report, ${of}`,
        unit: "s",
        measured: durationMs / 1000,
        peer: null,
        target: { kind: "at-most", value: 10 },
        note: `${(written.bytes / 1e6).toFixed(0)} MB of raw files with ${written.lines.toLocaleString("en-US")} lines; ${parts}; report.html has ${(seen.htmlBytes / 1e6).toFixed(1)} MB`,
      },
      {
        name: `analyse + report, most memory`,
        unit: "MB",
        measured: seen.maxRssKb / 1024,
        peer: null,
        target: { kind: "at-most", value: 500 },
        note: "resident memory of the whole process at its peak",
      },
    ];
  },
};

export type ChildResult = {
  joined: number;
  analyseMs: number;
  reportMs: number;
  cpuMs: number;
  maxRssKb: number;
  htmlBytes: number;
};
