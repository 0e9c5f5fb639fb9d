import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cached, cacheDir, hashRecipe } from "./cache.ts";
import { silent } from "./progress.ts";
import { tempDir } from "./temp-dir.ts";

const entry = { name: "thing", version: "1.2.3", recipe: "abc" };
const entryName = `thing-1.2.3-${process.platform}-${process.arch}-abc`;
const signal = new AbortController().signal;

test("an entry is built once, also when two want it at the same time", async () => {
  await using dir = await tempDir("cache");
  const options = { dir: dir.path, progress: silent, signal };
  let builds = 0;
  const build = async (into: string) => {
    builds += 1;
    await writeFile(join(into, "thing"), `build ${builds}`);
  };
  const paths = await Promise.all([cached(entry, options, build), cached(entry, options, build)]);
  paths.push(await cached(entry, options, build));
  expect(new Set(paths)).toEqual(new Set([join(dir.path, entryName)]));
  expect(await readFile(join(dir.path, entryName, "thing"), "utf8")).toBe("build 1");
  expect(builds).toBe(1);
});

test("another recipe is another entry", async () => {
  await using dir = await tempDir("cache");
  const options = { dir: dir.path, progress: silent, signal };
  const build = async () => undefined;
  const first = await cached(entry, options, build);
  expect(await cached({ ...entry, recipe: "def" }, options, build)).not.toBe(first);
});

test("a build that fails leaves nothing, and the next one starts afresh", async () => {
  await using dir = await tempDir("cache");
  const options = { dir: dir.path, progress: silent, signal };
  const failing = async (into: string) => {
    await writeFile(join(into, "half"), "");
    throw new Error("no compiler");
  };
  await expect(cached(entry, options, failing)).rejects.toThrow("no compiler");
  expect(await readdir(dir.path)).toEqual([]);
  const path = await cached(entry, options, async (into) => expect(await readdir(into)).toEqual([]));
  expect(await readdir(dir.path)).toEqual([entryName]);
  expect(await readdir(path)).toEqual([]);
});

test("what a killed build left behind is removed", async () => {
  await using dir = await tempDir("cache");
  await mkdir(join(dir.path, `${entryName}.building-0`));
  await cached(entry, { dir: dir.path, progress: silent, signal }, async () => undefined);
  expect(await readdir(dir.path)).toEqual([entryName]);
});

test("the recipe's hash changes with names and contents, and with nothing else", async () => {
  await using dir = await tempDir("recipe");
  await writeFile(join(dir.path, "go.mod"), "module a");
  const parts = { texts: ["x"], dirs: [dir.path] };
  const hash = await hashRecipe(parts);
  expect(hash).toMatch(/^[0-9a-f]{12}$/);
  expect(await hashRecipe(parts)).toBe(hash);
  expect(await hashRecipe({ ...parts, texts: ["y"] })).not.toBe(hash);
  await writeFile(join(dir.path, "go.mod"), "module b");
  expect(await hashRecipe(parts)).not.toBe(hash);
});

test.each([
  [{ LKLOAD_LAB_CACHE: "/a/lab", XDG_CACHE_HOME: "/b" }, "/a/lab"],
  [{ XDG_CACHE_HOME: "/b" }, "/b/lkload/lab"],
])("the cache folder for %o is %s", (env, expected) => {
  expect(cacheDir(env)).toBe(expected);
});
