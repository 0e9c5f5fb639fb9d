import { resolve } from "node:path";
import { z } from "zod";
import { readConfigFile } from "../config/config-file.ts";
import { configSchema } from "../config/schema.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

const runDirSchema = z.object({ run: z.object({ dir: z.string().min(1) }) });

/**
 * Where the run folders are. Of the configuration only `run.dir` is read: cleaning up must work although something else
 * in the file is wrong.
 */
export async function stateDirOf(invocation: Invocation, system: System): Promise<string> {
  const flag = invocation.flags.values.findLast(({ path }) => path.join(".") === "run.dir");
  if (typeof flag?.value === "string") return resolve(system.cwd, flag.value);
  const { config } = invocation.options;
  const { file, problems } = await readConfigFile(typeof config === "string" ? config : undefined, system.cwd);
  const fallback = resolve(system.cwd, configSchema.parse({}).run.dir);
  const [problem] = problems;
  if (problem) {
    system.stderr.write(`${problem.where}: ${problem.problem}; looking for runs in ${fallback} (or name --run-dir)\n`);
  }
  const named = runDirSchema.safeParse(file?.settings);
  return file && named.success ? resolve(file.dir, named.data.run.dir) : fallback;
}
