/** SHA-256 of large files that rarely change. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { writeWhole } from "./write-whole.ts";

/** By what tells a file and its state apart: {@link stateOf}. */
const digestsSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));
const mostKept = 20;

/** Many hosts ask for the same file. */
const inThisProcess = new Map<string, string>();

/** The usual 64 KiB at a time take three times as long for a file as large as lk. */
export const readAtOnce = { highWaterMark: 1 << 20 };

/** Hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, readAtOnce), hash);
  return hash.digest("hex");
}

/**
 * The same, from `digests.json` of the cache when the file has not been touched since it was read: for a binary as
 * large as lk that is the longest part of a run on hosts that have it. The time of the last change cannot be set by
 * anybody who may write to the file.
 */
export async function knownDigest(file: string, cacheDir: string): Promise<string> {
  const state = await stateOf(file);
  const known = inThisProcess.get(state);
  if (known !== undefined) return known;
  const path = join(cacheDir, "digests.json");
  const kept = await read(path);
  const digest = kept[state] ?? (await sha256(file));
  if (kept[state] === undefined && (await stateOf(file)) === state) await keep(path, state, digest);
  inThisProcess.set(state, digest);
  return digest;
}

/** Device, file, size, and when it was last written to or otherwise changed. */
async function stateOf(file: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

/** What cannot be read is read anew from the files themselves. */
async function read(path: string): Promise<Record<string, string>> {
  try {
    return digestsSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return {};
  }
}

/** Another process may write at the same time: one of them is forgotten, and computed again. */
async function keep(path: string, state: string, digest: string): Promise<void> {
  const latest = Object.entries(await read(path)).filter(([known]) => known !== state);
  const entries = [...latest, [state, digest] as const].slice(-mostKept);
  try {
    await mkdir(join(path, ".."), { recursive: true });
    await writeWhole(path, (draft) => writeFile(draft, JSON.stringify(Object.fromEntries(entries)), { mode: 0o600 }));
  } catch {
    // A cache that cannot be written to costs time, no more.
  }
}
