import { resolve } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

/** Where the run folders are: `run.dir`, below the folder that lkload was started in. */
export async function stateDirOf(invocation: Invocation, system: System): Promise<string> {
  const { config } = await loadConfig({
    file: typeof invocation.options["config"] === "string" ? invocation.options["config"] : undefined,
    flags: invocation.flags,
    env: system.env,
    cwd: system.cwd,
  });
  return resolve(system.cwd, config.run.dir);
}
