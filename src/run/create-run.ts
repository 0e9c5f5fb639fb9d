import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { arch, platform, release } from "node:os";
import type { Config } from "../config/schema.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import type { RunFile } from "../metrics/raw.ts";
import type { Plan } from "../plan/plan.ts";
import { version } from "../version.ts";
import { runFolder, type RunFolder } from "./folder.ts";
import { Journal } from "./journal.ts";
import { writeJson } from "./store.ts";
import { writeConfig } from "./stored-config.ts";

export type NewRun = {
  stateDir: string;
  plan: Plan;
  config: Config;
  command: string;
  now: () => number;
  cores: number;
  nodeVersion: string;
  cwd: string;
};

/** Makes the run's folder with everything that was decided before it. @throws {LkloadError} exit 2: the id is taken. */
export function createRun(options: NewRun): { folder: RunFolder; journal: Journal } {
  const { stateDir, plan, config, now } = options;
  const folder = runFolder(stateDir, plan.runId);
  if (existsSync(folder.dir)) {
    throw new LkloadError(exitCodes.usage, `there is a run ${plan.runId} already, in ${folder.dir}`, {
      hint: "choose another --run-id, or none",
    });
  }
  try {
    mkdirSync(folder.dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new LkloadError(exitCodes.usage, `the run folder ${folder.dir} cannot be made`, {
      cause: error,
      hint: "start lkload where it may write, or name another place with --run-dir",
    });
  }
  const journal = new Journal(folder.journal, now);
  journal.write({ event: "run-created", runId: plan.runId });
  const runFile: RunFile = {
    schema: "lkload/run",
    version: 1,
    runId: plan.runId,
    lkloadVersion: version(),
    createdAtMs: now(),
    command: options.command,
    controller: { node: options.nodeVersion, platform: `${platform()} ${release()} ${arch()}`, cores: options.cores },
    gitSha: gitSha(options.cwd),
  };
  writeJson(folder.run, runFile);
  writeConfig(folder.config, config);
  writeJson(folder.plan, plan);
  return { folder, journal };
}

/** Of the checkout that lkload was started in: the configuration's own history, where it is kept in git. */
function gitSha(cwd: string): string | null {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd,
      stdio: ["ignore", "pipe", "ignore"],
      encoding: "utf8",
      timeout: 2000,
    }).trim();
  } catch {
    return null;
  }
}
