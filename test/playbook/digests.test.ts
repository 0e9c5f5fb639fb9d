import { createHash } from "node:crypto";
import { readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { tempDir } from "../lab/temp-dir.ts";

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** As a new process finds it: with nothing in memory. */
async function asked(file: string, cacheDir: string): Promise<string> {
  vi.resetModules();
  const { knownDigest } = await import("../../src/playbook/digests.ts");
  return knownDigest(file, cacheDir);
}

test("a file that was read before is not read again", async () => {
  await using dir = await tempDir("digests");
  const file = join(dir.path, "lk");
  await writeFile(file, "one");
  expect(await asked(file, dir.path)).toBe(digestOf("one"));
  // What the cache says is what comes back: nothing else was asked.
  const cache = join(dir.path, "digests.json");
  await writeFile(cache, (await readFile(cache, "utf8")).replace(digestOf("one"), digestOf("kept")));
  expect(await asked(file, dir.path)).toBe(digestOf("kept"));
});

test("one that was changed since is read, even if its size and time are made to be the same", async () => {
  await using dir = await tempDir("digests");
  const file = join(dir.path, "lk");
  const time = new Date("2026-01-01T00:00:00Z");
  await writeFile(file, "one");
  await utimes(file, time, time);
  expect(await asked(file, dir.path)).toBe(digestOf("one"));
  await writeFile(file, "two");
  await utimes(file, time, time);
  expect(await asked(file, dir.path)).toBe(digestOf("two"));
  const other = join(dir.path, "other");
  await writeFile(other, "six");
  await utimes(other, time, time);
  await rename(other, file);
  expect(await asked(file, dir.path)).toBe(digestOf("six"));
});

test.each(["not JSON", '{"a":1}', "[]"])("a cache that says %j is none", async (text) => {
  await using dir = await tempDir("digests");
  const file = join(dir.path, "lk");
  await writeFile(file, "one");
  await writeFile(join(dir.path, "digests.json"), text);
  expect(await asked(file, dir.path)).toBe(digestOf("one"));
  expect(await asked(file, dir.path)).toBe(digestOf("one"));
});

test("a cache that cannot be written to costs time only", async () => {
  await using dir = await tempDir("digests");
  const file = join(dir.path, "lk");
  await writeFile(file, "one");
  expect(await asked(file, join(file, "no folder"))).toBe(digestOf("one"));
});
