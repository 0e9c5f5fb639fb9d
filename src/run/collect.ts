import { execFile } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { FleetHost } from "../fleet/hosts-file.ts";
import type { LoadFile } from "../metrics/raw.ts";
import { collectHost } from "../playbook/generate.ts";
import { fanOut } from "../remote/fan-out.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";

const run = promisify(execFile);

export type Collected = LoadFile["hosts"];

/**
 * Fetches each host's files as an archive, checks it against the host's own hashes, and unpacks it in place of what
 * came in live. Also after a failure: whatever can be had is had, and the rest is named.
 */
export async function collect(
  context: RunContext,
  hosts: readonly FleetHost[],
  signal: AbortSignal,
): Promise<Collected> {
  const { config, folder, emit } = context;
  const results = await fanOut(hosts, { concurrency: Math.min(16, config.ssh.concurrency), signal }, async (host) => {
    await fetchArchive(context, host, signal);
    await unpackChecked(folder.archive(host.name), folder.hostDir(host.name));
  });
  return hosts.map((host, index) => {
    const result = results[index];
    const error = result?.status === "fulfilled" ? null : errorLine(result?.reason, host.name);
    if (error !== null) emit({ type: "warning", text: `files not collected: ${error}`, host: host.name });
    const stream = folder.stream(host.name);
    return {
      name: host.name,
      collected: error === null,
      streamBytes: existsSync(stream) ? statSync(stream).size : 0,
      error,
    };
  });
}

async function fetchArchive(context: RunContext, host: FleetHost, signal: AbortSignal): Promise<void> {
  const archive = context.folder.archive(host.name);
  const draft = `${archive}.part`;
  mkdirSync(context.folder.hostDir(host.name), { recursive: true });
  const file = createWriteStream(draft, { mode: 0o600 });
  await collectHost(await context.pool.get(host, signal), file, {
    runId: context.plan.runId,
    host: host.name,
    signal,
  });
  renameSync(draft, archive);
}

/** Unpacks into the host's folder; every file must have the hash that the host's manifest gives it. */
async function unpackChecked(archive: string, dir: string): Promise<void> {
  const fresh = `${dir}.part`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await run("tar", ["-xzf", archive, "-C", fresh, "--no-same-owner"]);
  const manifest = await readFile(join(fresh, "manifest.sha256"), "utf8");
  for (const line of manifest.split("\n")) {
    const entry = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (!entry?.[1] || !entry[2]) continue;
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(fresh, entry[2])), hash);
    if (hash.digest("hex") !== entry[1])
      throw new Error(`${entry[2]} was damaged on its way: its SHA-256 differs from the host's`);
  }
  rmSync(dir, { recursive: true, force: true });
  renameSync(fresh, dir);
}
