/** The runs in a state folder, by their folders alone. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, LkloadError } from "../errors.ts";
import { resultSchema, teardownSchema } from "../metrics/result.ts";
import { planSchema } from "../plan/plan.ts";
import { liveController } from "./controller.ts";
import { runFolder, type RunFolder } from "./folder.ts";
import { ownedBy, readJournal, type Owned } from "./journal.ts";
import { readJsonIfThere } from "./store.ts";

export type RunSummary = {
  runId: string;
  createdAtMs: number | null;
  state: "running" | "ended" | "broken off";
  phase: string | null;
  exitCode: number | null;
  product: string | null;
  verdict: "pass" | "fail" | "invalid" | null;
  owned: Owned;
  leftovers: string[];
};

/** Run ids, oldest first: they begin with their time. */
export function listRunIds(stateDir: string): string[] {
  const dir = join(stateDir, "runs");
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

export function summarise(folder: RunFolder): RunSummary {
  const entries = readJournal(folder.journal);
  const ended = entries.findLast((entry) => entry.event === "run-ended");
  const phase = entries.findLast((entry) => entry.event === "phase-started");
  return {
    runId: folder.runId,
    createdAtMs: entries[0]?.atMs ?? null,
    state: liveController(folder.controller) !== null ? "running" : ended ? "ended" : "broken off",
    phase: phase?.event === "phase-started" ? phase.phase : null,
    exitCode: ended?.event === "run-ended" ? ended.exitCode : null,
    product: readJsonIfThere(folder.plan, planSchema)?.totals.product ?? null,
    verdict: readJsonIfThere(folder.result, resultSchema)?.verdict.status ?? null,
    owned: ownedBy(entries),
    leftovers: readJsonIfThere(folder.teardown, teardownSchema)?.leftovers ?? [],
  };
}

/**
 * Finds a run by its id, a part of its id that only it has, or the word `latest`.
 * @throws {LkloadError} exit 2 when there is none, or more than one
 */
export function findRun(stateDir: string, wanted: string): RunFolder {
  const ids = listRunIds(stateDir);
  const exact = ids.find((id) => id === wanted);
  const matches = wanted === "latest" ? ids.slice(-1) : exact ? [exact] : ids.filter((id) => id.includes(wanted));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return runFolder(stateDir, only);
  if (ids.length === 0) {
    throw new LkloadError(exitCodes.usage, `there are no runs in ${join(stateDir, "runs")}`, {
      hint: "name the folder with --run-dir, or start in the folder where the run was started",
    });
  }
  const shown = ids.slice(-5).join(", ");
  throw new LkloadError(
    exitCodes.usage,
    matches.length === 0
      ? `no run is called ${wanted}`
      : `${wanted} fits ${matches.length} runs: ${matches.slice(0, 5).join(", ")}`,
    { hint: `the latest runs: ${shown}; \`lkload runs\` lists all` },
  );
}
