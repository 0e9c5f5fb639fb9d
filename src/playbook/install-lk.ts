/** Brings the wanted lk onto a host, and proves that it is the wanted one. */
import { resolve } from "node:path";
import { Readable } from "node:stream";
import type { Config } from "../config/schema.ts";
import type { ConfiguredHost } from "../metrics/raw.ts";
import { RemoteError, type Remote } from "../remote/remote.ts";
import type { Facts } from "./facts.ts";
import { type HostScope, scopeVariables } from "./host-scope.ts";
import { type Arch, lkBinary, packed, packings, type LkBinary } from "./lk-binary.ts";
import { applyPlaybook } from "./playbook.ts";
import { ownPlaybook, type Variables } from "./script.ts";

export type InstallOptions = HostScope & {
  cli: Config["livekit"]["cli"];
  arch: Arch;
  /** This machine's cache of releases. */
  cacheDir?: string;
};

export type Installed = { lk: NonNullable<ConfiguredHost["lk"]>; changed: readonly string[] };

/**
 * One round trip when the host has it already; else the host downloads it, or it is pushed.
 * @throws {RemoteError} kind `command` when the host can't have it or can't run it
 * @throws {LkloadError} when this machine can't get what it should push
 */
export async function installLk(remote: Remote, options: InstallOptions): Promise<Installed> {
  const wanted = await wantedLk(options);
  return finishInstall(remote, await install(remote, wanted.variables, options.signal), wanted, options);
}

/** What install-lk.sh is told, and the binary that can be pushed. */
export type WantedLk = { variables: Variables; binary: LkBinary | null };

/** @throws {LkloadError} when this machine can't get what it should push */
export async function wantedLk(options: InstallOptions): Promise<WantedLk> {
  const { cli, arch } = options;
  const binary = cli.source === "download" ? null : await lkBinary(options);
  const variables = {
    ...scopeVariables(options),
    LKLOAD_CLI_VERSION: cli.version,
    LKLOAD_CLI_SOURCE: cli.source,
    LKLOAD_CLI_ARCH: arch,
    LKLOAD_CLI_SHA256: binary?.sha256 ?? cli.sha256[arch] ?? "",
    LKLOAD_CLI_BASEURL: cli.baseUrl,
    // Where host and controller are one machine, nothing has to be copied. The digest decides.
    LKLOAD_CLI_PATH: binary ? resolve(binary.file) : "",
  };
  return { variables, binary };
}

/** Pushes lk if that is what install-lk.sh asked for with `facts`. @throws as {@link installLk} */
export async function finishInstall(
  remote: Remote,
  facts: Facts,
  { variables, binary }: WantedLk,
  options: InstallOptions,
): Promise<Installed> {
  const pushTo = facts.get("push");
  if (pushTo === undefined || binary === null) return { lk: installed(remote, facts), changed: facts.changed };
  await push(remote, binary, { target: pushTo, unpack: facts.all("unpack") }, options);
  const last = await install(remote, variables, options.signal);
  return { lk: installed(remote, last), changed: last.changed };
}

async function install(remote: Remote, variables: Variables, signal: AbortSignal): Promise<Facts> {
  const script = await ownPlaybook("install-lk.sh");
  return applyPlaybook(remote, { name: "install-lk.sh", script, variables, signal, timeoutMs: 30 * 60_000 });
}

const chunkBytes = 256 * 1024;

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Unpacked while it comes: neither the network nor the host's processor waits for the other. */
async function push(
  remote: Remote,
  binary: LkBinary,
  { target, unpack }: { target: string; unpack: readonly string[] },
  options: InstallOptions,
): Promise<void> {
  const { signal } = options;
  const packing = packings.find((known) => unpack.includes(known)) ?? "gzip";
  const source = await packed(binary, packing, options);
  const argv = ["sh", "-c", `umask 077; "$2" -dc >"$1.part" && mv "$1.part" "$1"`, "sh", target, packing];
  const stdin = Readable.from(chunksOf(source));
  const result = await remote.exec(argv, { stdin, become: true, signal, timeoutMs: 30 * 60_000 });
  if (result.exitCode !== 0) {
    throw new RemoteError("command", remote.host, `lk could not be pushed: ${result.stderr.trim().slice(-300)}`);
  }
}

function installed(remote: Remote, facts: Facts): Installed["lk"] {
  const [path, version, sha256, source] = ["path", "version", "sha256", "source"].map((key) => facts.get(`lk.${key}`));
  if (path === undefined || version === undefined || sha256 === undefined || source === undefined) {
    throw new RemoteError("command", remote.host, "install-lk.sh: ended without saying what it installed");
  }
  return { path, version, sha256, source };
}
