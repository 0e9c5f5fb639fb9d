/** Watches a cluster with lkload's own observer while something happens to it, and analyses what it wrote. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { KubernetesAnalysis } from "../../../src/metrics/kubernetes/analyse.ts";
import { kubernetesLineSchema, type KubernetesLine, type Snapshot } from "../../../src/metrics/kubernetes/lines.ts";
import type { KubernetesResult } from "../../../src/metrics/kubernetes/result.ts";
import type { KubernetesAccess } from "../../../src/observe/kubernetes/connection.ts";
import { observeKubernetes } from "../../../src/observe/kubernetes/observe-kubernetes.ts";
import { defaultSelectors } from "../../../src/observe/kubernetes/snapshot.ts";
import { until } from "../../lab/kubernetes/api.ts";
import { tempDir } from "../../lab/temp-dir.ts";

/** Between two polls, where nothing else is said. */
export const intervalMs = 5000;

export type Watching = {
  readonly snapshots: readonly Snapshot[];
  /** Waits for a poll that shows it. */
  readonly untilSeen: (what: string, isSo: (snapshot: Snapshot) => boolean, seconds?: number) => Promise<Snapshot>;
  /** Waits for a line of any kind. */
  readonly untilLogged: (what: string, isSo: (line: KubernetesLine) => boolean, seconds?: number) => Promise<unknown>;
  /** Tells the analysis that the load was changed now. */
  readonly loadStep: () => number;
};

export async function observeDuring(
  access: KubernetesAccess,
  work: (watching: Watching) => Promise<void>,
  pollEveryMs = intervalMs,
): Promise<{ lines: KubernetesLine[]; result: KubernetesResult }> {
  await using dir = await tempDir("observed");
  const log = join(dir.path, "observe", "kubernetes.ndjson");
  const over = new AbortController();
  const snapshots: Snapshot[] = [];
  const loadStepsMs: number[] = [];
  const fromMs = Date.now();
  const observing = observeKubernetes({
    access,
    selectors: defaultSelectors,
    log,
    intervalMs: pollEveryMs,
    now: () => Date.now(),
    signal: over.signal,
    onSnapshot: (snapshot) => snapshots.push(snapshot),
  });
  try {
    await work({
      snapshots,
      untilSeen: (what, isSo, seconds = 60) => {
        const from = snapshots.length;
        return until(`observed: ${what}`, async () => snapshots.slice(from).find(isSo), { seconds });
      },
      untilLogged: (what, isSo, seconds = 60) =>
        until(`logged: ${what}`, async () => (await linesOf(log)).find(isSo), { seconds }),
      loadStep: () => loadStepsMs[loadStepsMs.push(Date.now()) - 1]!,
    });
  } finally {
    over.abort();
    await observing;
  }
  const lines = await linesOf(log);
  const analysis = new KubernetesAnalysis();
  for (const line of lines) analysis.add(line);
  const load = { fromMs, toMs: Date.now() };
  const result = analysis.result({ steady: null, load, loadStepsMs });
  if (result === null) throw new Error("nothing was observed");
  return { lines, result };
}

export async function linesOf(log: string): Promise<KubernetesLine[]> {
  const text = await readFile(log, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => kubernetesLineSchema.parse(JSON.parse(line)));
}
