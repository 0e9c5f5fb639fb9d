import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createAnalysis } from "../metrics/analyse.ts";
import { kubernetesLineSchema } from "../metrics/kubernetes/lines.ts";
import {
  answerSampleSchema,
  armedSchema,
  clocksAfterSchema,
  configuredSchema,
  loadFileSchema,
  roomNodeSchema,
  provisionedSchema,
  roomsSampleSchema,
  runFileSchema,
  scrapeSchema,
  targetFileSchema,
} from "../metrics/raw.ts";
import { probeLineSchema } from "../metrics/probes/lines.ts";
import { resultSchema, type Result } from "../metrics/result.ts";
import { planSchema } from "../plan/plan.ts";
import type { RunFolder } from "./folder.ts";
import { readJson, readJsonIfThere, writeJson } from "./store.ts";

/** Makes `result.json` from the folder's raw files alone: again and again the same bytes. */
export async function analyse(folder: RunFolder): Promise<Result> {
  const plan = readJson(folder.plan, planSchema);
  const analysis = createAnalysis({
    plan,
    run: readJson(folder.run, runFileSchema),
    configured: readJsonIfThere(folder.configured, configuredSchema) ?? null,
    provisioned: readJsonIfThere(folder.provisioned, provisionedSchema) ?? null,
    armed: readJsonIfThere(folder.armed, armedSchema) ?? null,
    clocksAfter: readJsonIfThere(folder.clocksAfter, clocksAfterSchema) ?? null,
    target: readJsonIfThere(folder.target, targetFileSchema) ?? null,
    load: readJsonIfThere(folder.load, loadFileSchema) ?? null,
  });
  for (const host of plan.hosts) {
    let number = 0;
    for await (const line of linesOf(folder.stream(host.name))) analysis.hostLine(host.name, line, ++number);
  }
  for await (const line of linesOf(folder.roomsLog)) analysis.roomsSample(roomsSampleSchema.parse(JSON.parse(line)));
  for await (const line of linesOf(folder.metricsLog)) analysis.scrape(scrapeSchema.parse(JSON.parse(line)));
  for await (const line of linesOf(folder.roomNodesLog)) analysis.roomNode(roomNodeSchema.parse(JSON.parse(line)));
  for await (const line of linesOf(folder.answersLog)) analysis.answer(answerSampleSchema.parse(JSON.parse(line)));
  for await (const line of linesOf(folder.kubernetesLog)) {
    analysis.kubernetesLine(kubernetesLineSchema.parse(JSON.parse(line)));
  }
  for await (const line of linesOf(folder.probesLog)) analysis.probeLine(probeLineSchema.parse(JSON.parse(line)));
  const result = resultSchema.parse(analysis.finish());
  writeJson(folder.result, result);
  return result;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  if (!existsSync(path)) return;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== "") yield line;
  }
}
