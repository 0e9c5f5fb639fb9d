/** The lk binary on this machine, for hosts that it is pushed to. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { Config } from "../config/schema.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import { knownDigest, readAtOnce, sha256 } from "./digests.ts";
import { writeWhole } from "./write-whole.ts";

const run = promisify(execFile);

export type LkBinary = { file: string; sha256: string };
export type Arch = "amd64" | "arm64";

export type LkBinaryRequest = {
  cli: Config["livekit"]["cli"];
  arch: Arch;
  /** Where releases are kept; default `~/.cache/lkload/cli`. */
  cacheDir?: string;
  signal: AbortSignal;
};

/** Many hosts ask at the same time; the work is done once. */
const underWay = new Map<string, Promise<LkBinary | Buffer>>();

/**
 * The binary at `livekit.cli.path`, or the release: from the cache, else downloaded and checked against the release's
 * checksums.
 * @throws {LkloadError} exit 2 for a path that can't be read, exit 5 for a release that can't be had or is not right
 */
export function lkBinary(request: LkBinaryRequest): Promise<LkBinary> {
  const { cli, arch } = request;
  return once(JSON.stringify([cli, arch, request.cacheDir]), request.signal, async () => {
    const binary = cli.source === "path" ? await fromPath(request) : await fromRelease(request);
    const pinned = cli.sha256[arch];
    if (pinned !== undefined && pinned !== binary.sha256) {
      throw new LkloadError(
        exitCodes.infrastructure,
        `${binary.file} has SHA-256 ${binary.sha256}, but livekit.cli.sha256.${arch} is ${pinned}`,
        { hint: "correct livekit.cli.sha256, or find out where this binary comes from" },
      );
    }
    return binary;
  });
}

/**
 * Whether this machine can have the binary, without fetching it.
 * @returns where from, in one line
 * @throws {LkloadError} as {@link lkBinary}
 */
export async function findLk(request: LkBinaryRequest): Promise<string> {
  const { cli, arch, signal } = request;
  if (cli.source === "path") {
    const { file, sha256 } = await lkBinary(request);
    return `${file}, SHA-256 ${sha256.slice(0, 12)}…`;
  }
  const release = releaseOf(request);
  const { dir, base, name } = release;
  if ((await fromCache(release)) !== undefined) return `lk ${cli.version} for ${arch} is in the cache, ${dir}`;
  await get(`${base}/checksums.txt`, signal).then((response) => response.body?.cancel());
  await get(`${base}/${name}`, signal, "HEAD");
  return `lk ${cli.version} for ${arch} can be had from ${base}`;
}

/** How a binary can be packed, the best first: the name of the program that unpacks it. */
export const packings = ["zstd", "gzip"] as const;
export type Packing = (typeof packings)[number];

/** The fast levels: for binaries of this kind the higher ones take five times as long for a tenth less. */
const packers: Record<Packing, { suffix: string; pack: () => Transform }> = {
  zstd: { suffix: "zst", pack: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }) },
  gzip: { suffix: "gz", pack: () => createGzip({ level: 1 }) },
};

/** What hosts are being sent, for as long as anybody uses it: many hosts, one copy. */
const loaded = new Map<string, WeakRef<Buffer>>();

/** The binary packed, made once per digest: hosts are behind slower links than the disk. */
export async function packed(
  binary: LkBinary,
  packing: Packing,
  request: Omit<LkBinaryRequest, "cli" | "arch">,
): Promise<Buffer> {
  const { suffix, pack } = packers[packing];
  const dir = join(request.cacheDir ?? defaultCacheDir(), "push");
  const target = join(dir, `${binary.sha256}.${suffix}`);
  return once(`pack ${target}`, request.signal, async () => {
    const known = loaded.get(target)?.deref();
    if (known !== undefined) return known;
    if (!(await exists(target))) {
      await mkdir(dir, { recursive: true });
      await writeWhole(target, (draft) =>
        pipeline(createReadStream(binary.file, readAtOnce), pack(), createWriteStream(draft), {
          signal: request.signal,
        }),
      );
    }
    const bytes = await readFile(target);
    loaded.set(target, new WeakRef(bytes));
    return bytes;
  });
}

function defaultCacheDir(): string {
  return join(homedir(), ".cache", "lkload", "cli");
}

async function once<T extends LkBinary | Buffer>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  // The same key is always for the same kind of work.
  let pending = underWay.get(key) as Promise<T> | undefined;
  if (!pending) {
    pending = work();
    underWay.set(key, pending);
    // Kept only while it lasts: the file may change, and a failure may pass.
    const forget = () => underWay.delete(key);
    pending.then(forget, forget);
  }
  return pending;
}

async function fromPath({ cli: { path }, cacheDir = defaultCacheDir() }: LkBinaryRequest): Promise<LkBinary> {
  if (path === undefined) {
    throw new LkloadError(exitCodes.usage, "livekit.cli.source is path, but livekit.cli.path is not set");
  }
  try {
    return { file: path, sha256: await knownDigest(path, cacheDir) };
  } catch (error) {
    throw new LkloadError(exitCodes.usage, `cannot read livekit.cli.path: ${path}`, { cause: error });
  }
}

/** Where the release is kept, and where it comes from. */
function releaseOf({ cli, arch, cacheDir = defaultCacheDir() }: LkBinaryRequest) {
  return {
    cacheDir,
    dir: join(cacheDir, cli.version, arch),
    base: `${cli.baseUrl}/v${cli.version}`,
    name: `lk_${cli.version}_linux_${arch}.tar.gz`,
  };
}

async function fromCache({ dir, cacheDir }: ReturnType<typeof releaseOf>): Promise<LkBinary | undefined> {
  const file = join(dir, "lk");
  const digestFile = join(dir, "lk.sha256");
  if (!(await exists(file)) || !(await exists(digestFile))) return undefined;
  const digest = await knownDigest(file, cacheDir);
  return digest === (await readFile(digestFile, "utf8")).trim() ? { file, sha256: digest } : undefined;
}

async function fromRelease(request: LkBinaryRequest): Promise<LkBinary> {
  const { signal } = request;
  const release = releaseOf(request);
  const { dir, base, name } = release;
  const kept = await fromCache(release);
  if (kept !== undefined) return kept;
  const file = join(dir, "lk");
  const digestFile = join(dir, "lk.sha256");
  const draft = join(dir, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true });
  try {
    const sums = await (await get(`${base}/checksums.txt`, signal)).text();
    const wanted = new Map(sums.split("\n").map((line) => line.trim().split(/ +\*?/).toReversed() as [string, string]));
    const archive = join(draft, name);
    const { body } = await get(`${base}/${name}`, signal);
    if (!body) throw unavailable(`${base}/${name}`, "empty answer");
    await pipeline(Readable.fromWeb(body), createWriteStream(archive), { signal });
    const digest = await sha256(archive);
    if (digest !== wanted.get(name)) {
      const said = wanted.get(name) ?? "nothing about it";
      throw unavailable(`${base}/${name}`, `its SHA-256 is ${digest}, the release's checksums.txt says ${said}`);
    }
    await run("tar", ["-xzf", archive, "-C", draft, "lk"], { signal });
    const binary = { file, sha256: await sha256(join(draft, "lk")) };
    await rename(join(draft, "lk"), file);
    await writeWhole(digestFile, (path) => writeFile(path, `${binary.sha256}\n`));
    return binary;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function get(url: string, signal: AbortSignal, method: "GET" | "HEAD" = "GET"): Promise<Response> {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.any([signal, AbortSignal.timeout(600_000)]) });
    if (!response.ok) throw unavailable(url, `HTTP ${response.status}`);
    return response;
  } catch (error) {
    if (error instanceof LkloadError || signal.aborted) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw unavailable(url, cause, error);
  }
}

function unavailable(url: string, why: string, cause?: unknown): LkloadError {
  return new LkloadError(exitCodes.infrastructure, `lk can't be had from ${url}: ${why}`, {
    hint: "check livekit.cli.version and livekit.cli.baseUrl, or set livekit.cli.source: path and livekit.cli.path",
    cause,
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
