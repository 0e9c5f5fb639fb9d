/** Where lk comes from. */
import type { Config } from "../config/schema.ts";
import { findLk, type Arch } from "../playbook/lk-binary.ts";
import { bashCommand } from "../remote/bash.ts";
import type { Remote } from "../remote/remote.ts";
import { notApplicable, ok, type Check } from "./check.ts";

const group = "LiveKit CLI";

/** `arch`: of the hosts that it is for, as far as that is known. */
export function lkChecks({ config, arch }: { config: Config; arch: Arch }): Check[] {
  const { cli } = config.livekit;
  const name = "lk";
  if (cli.source === "download") {
    return [{ group, name, run: async () => notApplicable(`each host fetches lk ${cli.version} itself`) }];
  }
  return [{ group, name, run: async (signal) => ok(await findLk({ cli, arch, signal })) }];
}

/** Names what an earlier run has kept there, or asks for the release without fetching it. */
const ask = `
kept="\${LKLOAD_BASE:-/var/tmp/lkload-$EUID}/cli/$1"
if [ -f "$kept/lk" ]; then exit 0; fi
if command -v curl >/dev/null; then reason=$(curl -fsSIL --max-time 10 -o /dev/null "$2" 2>&1)
elif command -v wget >/dev/null; then reason=$(wget -q --spider --tries=1 --timeout=10 "$2" 2>&1)
else reason='neither curl nor wget is installed'; false
fi || { printf '%s\\n' "\${reason:-no answer}"; exit 1; }`;

/** Why the host can't fetch the release; null: it can, has it, or need not. */
export async function lkOnHost(remote: Remote, config: Config, signal: AbortSignal): Promise<string | null> {
  const { source, version, baseUrl, sha256 } = config.livekit.cli;
  if (source !== "download") return null;
  const arch = (await remote.exec(["uname", "-m"], { signal })).stdout.trim() === "aarch64" ? "arm64" : "amd64";
  const url = `${baseUrl}/v${version}/lk_${version}_linux_${arch}.tar.gz`;
  const call = [...bashCommand, ask, "bash", `${version}-${sha256[arch] ?? "release"}`, url];
  const { exitCode, stdout } = await remote.exec(call, { signal, become: true });
  return exitCode === 0 ? null : `can't fetch ${url}: ${stdout.trim().replaceAll(/\s+/g, " ")}`;
}
