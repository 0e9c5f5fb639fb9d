/**
 * What the lab builds once and keeps outside the repository. An entry is a folder that appears whole, by a rename,
 * or not at all; processes that want the same entry at the same time build it once.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { takeFileLock } from "./file-lock.ts";
import type { Progress } from "./progress.ts";

export interface CacheEntry {
  name: string;
  version: string;
  /** Everything that decides what comes out: {@link hashRecipe}. */
  recipe: string;
}

/** `$LKLOAD_LAB_CACHE`, or `lkload/lab` below the user's cache folder. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env["LKLOAD_LAB_CACHE"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "lkload", "lab");
}

/** A short hash over texts and the files of folders (names and contents). */
export async function hashRecipe(parts: { texts: readonly string[]; dirs: readonly string[] }): Promise<string> {
  const hash = createHash("sha256");
  for (const text of parts.texts) hash.update(`text ${text.length}\n${text}\n`);
  for (const dir of parts.dirs) {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) {
      const content = await readFile(file);
      hash.update(`file ${file.slice(dir.length)} ${content.length}\n`).update(content);
    }
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * The entry's folder, made by `build` if it is not there yet.
 * @param build fills the folder it is given; what it leaves there when it throws is thrown away.
 */
export async function cached(
  entry: CacheEntry,
  options: { dir: string; progress: Progress; signal: AbortSignal },
  build: (dir: string) => Promise<void>,
): Promise<string> {
  const name = `${entry.name}-${entry.version}-${process.platform}-${process.arch}-${entry.recipe}`;
  const target = join(options.dir, name);
  if (await isDirectory(target)) return target;
  await mkdir(options.dir, { recursive: true });
  await using held = new AsyncDisposableStack();
  const onWait = (pid: number) => options.progress.say(`${entry.name}: waiting for process ${pid}, which is making it`);
  held.use(await takeFileLock(join(options.dir, `${name}.lock`), { signal: options.signal, onWait }));
  if (await isDirectory(target)) return target;
  const prefix = `${name}.building-`;
  await removeLeftovers(options.dir, prefix);
  const staging = join(options.dir, `${prefix}${randomUUID()}`);
  await mkdir(staging);
  try {
    await build(staging);
    await publish(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

/** Whoever comes first wins; the entry of the other is as good. */
async function publish(staging: string, target: string): Promise<void> {
  try {
    await rename(staging, target);
  } catch (error) {
    if (!(await isDirectory(target))) throw error;
  }
}

/** Of builds that were killed. The lock is held, so nobody is using them. */
async function removeLeftovers(dir: string, prefix: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (name.startsWith(prefix)) await rm(join(dir, name), { recursive: true, force: true });
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
