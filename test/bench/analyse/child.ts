/** `node child.ts STATE-DIR RUN-ID`: what `lkload analyse` and `lkload report` do, and what it took. */
import { statSync } from "node:fs";
import { analyse } from "../../../src/run/analyse.ts";
import { runFolder } from "../../../src/run/folder.ts";
import { writeReports } from "../../../src/run/report.ts";
import type { ChildResult } from "../analyse.ts";

const [stateDir = "", runId = ""] = process.argv.slice(2);
const folder = runFolder(stateDir, runId);
const startedAt = performance.now();
const result = await analyse(folder);
const analysedAt = performance.now();
await writeReports(folder, result);
const reportedAt = performance.now();

const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const seen: ChildResult = {
  joined: result.totals.participants.joined,
  analyseMs: analysedAt - startedAt,
  reportMs: reportedAt - analysedAt,
  cpuMs: (userCPUTime + systemCPUTime) / 1000,
  maxRssKb: maxRSS,
  htmlBytes: statSync(folder.reportHtml).size,
};
process.stdout.write(JSON.stringify(seen));
