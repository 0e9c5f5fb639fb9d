/** The generator of the bindings, from npm by its lock file, kept in the lab's cache: 150 MB that lkload does without. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { generateBindings } from "../../../stacks/generator/generate-bindings.ts";
import type { Schema } from "../../../stacks/generator/cut-schema.ts";
import type { EnsureOptions } from "../binaries.ts";
import { cached, cacheDir, hashRecipe } from "../cache.ts";
import { stderrProgress } from "../progress.ts";
import { runCommand } from "../run-command.ts";
import { tempDir } from "../temp-dir.ts";

export const root = join(import.meta.dirname, "..", "..", "..");
const recipe = join(root, "stacks", "generator");

/** @returns a folder with the generator's packages installed. */
export async function ensureGenerator(options: EnsureOptions = {}): Promise<string> {
  const progress = options.progress ?? stderrProgress();
  const signal = options.signal ?? new AbortController().signal;
  const files = ["package.json", "package-lock.json"];
  const texts = await Promise.all(files.map((file) => readFile(join(recipe, file), "utf8")));
  const entry = { name: "provider-generator", version: "0.24.0", recipe: await hashRecipe({ texts, dirs: [] }) };
  return cached(entry, { dir: options.cacheDir ?? cacheDir(), progress, signal }, async (dir) => {
    progress.say("provider-generator: npm ci");
    for (const file of files) await cp(join(recipe, file), join(dir, file));
    await runCommand("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: dir, signal });
  });
}

/** Generates `lib` of the bindings into `outDir`. */
export async function generate(schema: Schema, outDir: string, options: EnsureOptions = {}): Promise<void> {
  const generatorDir = await ensureGenerator(options);
  await using work = await tempDir("bindings");
  const run = (command: string, args: readonly string[]) =>
    runCommand(command, args, options.signal === undefined ? {} : { signal: options.signal });
  await generateBindings({ schema, generatorDir, root, run, workDir: work.path, outDir });
}
