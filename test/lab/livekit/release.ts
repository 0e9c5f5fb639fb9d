/** LiveKit's own release archives: the quick way to the binaries, where the network allows it. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

export interface Release {
  /** Below which `checksums.txt` and the archives lie. */
  baseUrl: string;
  /** Of the archive for Linux on this machine's architecture. */
  archive: string;
  /** The one file wanted from it. */
  binary: string;
}

/** As the release archives are named; undefined where there is none for this machine. */
export function releaseArch(): "amd64" | "arm64" | undefined {
  if (process.platform !== "linux") return undefined;
  return process.arch === "x64" ? "amd64" : process.arch === "arm64" ? "arm64" : undefined;
}

/**
 * Downloads the archive, verifies it and unpacks its binary into `dir`.
 * @returns why it cannot be had; undefined when the binary is there.
 * @throws Error when what was downloaded is not what the release's checksum file says.
 */
export async function fetchRelease(release: Release, dir: string, signal: AbortSignal): Promise<string | undefined> {
  let checksums: string;
  let archive: Buffer;
  try {
    checksums = (await download(`${release.baseUrl}/checksums.txt`, 8000, signal)).toString("utf8");
    archive = await download(`${release.baseUrl}/${release.archive}`, 300_000, signal);
  } catch (error) {
    signal.throwIfAborted();
    return describe(error);
  }
  const line = checksums.split("\n").find((line) => line.trim().split(/\s+\*?/)[1] === release.archive);
  const expected = line?.trim().split(/\s+/)[0];
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== expected) {
    throw new Error(`${release.archive}: SHA-256 ${actual}, but checksums.txt says ${expected ?? "nothing about it"}`);
  }
  const path = join(dir, release.archive);
  await writeFile(path, archive);
  await runCommand("tar", ["-xzf", path, "-C", dir, release.binary], { signal });
  return undefined;
}

async function download(url: string, timeoutMs: number, signal: AbortSignal): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
  if (!response.ok) throw new Error(`HTTP ${response.status} from ${url}`);
  return Buffer.from(await response.arrayBuffer());
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
