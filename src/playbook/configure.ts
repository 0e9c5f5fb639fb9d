/** Makes one host ready for load: the user's playbooks, checks, kernel settings, lk. */
import type { Config } from "../config/schema.ts";
import { LkloadError } from "../errors.ts";
import type { ConfiguredHost } from "../metrics/raw.ts";
import { RemoteError, type Remote } from "../remote/remote.ts";
import type { Facts } from "./facts.ts";
import { type HostScope, scopeVariables } from "./host-scope.ts";
import { finishInstall, installLk, wantedLk } from "./install-lk.ts";
import { applyPlaybook, applySeries, factsOf, PlaybookError, type Section } from "./playbook.ts";
import { userPlaybook } from "./script.ts";
import { applied, knobsOf, notApplied } from "./tuning.ts";

export type ConfigureOptions = HostScope & {
  config: Pick<Config, "livekit" | "tuning" | "playbooks">;
  /** Called before each step with what is done now, for people. */
  onStep?: (step: string) => void;
  /** This machine's cache of lk releases; default `~/.cache/lkload/cli`. */
  cacheDir?: string;
};

/**
 * Idempotent. A host that can't be used comes back as `failed` with the reason and what was found until then.
 * @throws the signal's reason when it was aborted
 */
export async function configureHost(remote: Remote, options: ConfigureOptions): Promise<ConfiguredHost> {
  const startedAt = performance.now();
  const host = notConfigured(options.host, "");
  try {
    await runUserPlaybooks(remote, options.config.playbooks.before, options, host);
    await equip(remote, options, host);
    await runUserPlaybooks(remote, options.config.playbooks.after, options, host);
    host.status = "ready";
    host.error = null;
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof RemoteError || error instanceof LkloadError)) throw error;
    if (error instanceof PlaybookError) host.warnings.push(...error.facts.warnings);
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    // The host's name stands beside the error wherever it is shown.
    host.error = `${error.message.replace(`${remote.host}: `, "")}${hint}`;
  }
  host.durationMs = performance.now() - startedAt;
  return host;
}

/** A host of which nothing is known but why it can't be used. */
export function notConfigured(name: string, error: string): ConfiguredHost {
  return {
    name,
    status: "failed",
    error,
    facts: { os: null, kernel: null, arch: null, cores: null, memoryKb: null, other: {} },
    tuning: notApplied("the host was not configured"),
    lk: null,
    warnings: [],
    durationMs: 0,
  };
}

async function runUserPlaybooks(
  remote: Remote,
  paths: readonly string[],
  options: ConfigureOptions,
  host: ConfiguredHost,
): Promise<void> {
  for (const path of paths) {
    options.onStep?.(path);
    const facts = await applyPlaybook(remote, {
      name: path,
      script: await userPlaybook(path),
      variables: scopeVariables(options),
      signal: options.signal,
      timeoutMs: 30 * 60_000,
    });
    host.warnings.push(...facts.warnings);
  }
}

const steps: Record<string, string> = {
  "inspect.sh": "inspect",
  "tune-kernel.sh": "tune",
  "install-lk.sh": "install lk",
};

/** inspect.sh did not fail: what it found says that the host is not to be used. */
const unusable = 10;
/** What most hosts are; on others lk is installed in a round trip of its own. */
const usualArch = "amd64";

/** Looks at the host, tunes it and gives it lk: in one round trip where lk need not be pushed. */
async function equip(remote: Remote, options: ConfigureOptions, host: ConfiguredHost): Promise<void> {
  const { livekit, tuning } = options.config;
  const without = tuning.enabled
    ? remote.privileged === "no"
      ? "no root on this host"
      : null
    : "tuning.enabled is false";
  const request = { ...options, cli: livekit.cli, arch: usualArch } as const;
  // What this machine can't get for the usual hosts may not be what this one needs.
  const wanted = await wantedLk(request).catch(() => null);
  const variables = {
    ...scopeVariables(options),
    LKLOAD_CLI_SOURCE: livekit.cli.source,
    ...targetVariables(livekit.url),
    LKLOAD_SYSCTL: Object.entries(tuning.sysctl)
      .map(([name, value]) => `${name} ${value}`)
      .join("\n"),
    ...wanted?.variables,
  };
  const names = ["inspect.sh", without === null && "tune-kernel.sh", wanted !== null && "install-lk.sh"];
  const sections = await applySeries(
    remote,
    names.filter((name) => name !== false),
    {
      variables,
      signal: options.signal,
      timeoutMs: livekit.cli.source === "download" ? 30 * 60_000 : 5 * 60_000,
      onBegin: (name) => options.onStep?.(steps[name] ?? name),
    },
  );
  const find = (name: string) => sections.find((section) => section.name === name);
  const facts = (section: Section) => {
    const found = factsOf(remote.host, section, variables);
    host.warnings.push(...found.warnings);
    return found;
  };

  const inspected = find("inspect.sh");
  if (inspected !== undefined) {
    host.facts = hostFacts(inspected.facts);
    refuseUnusable(remote, options, facts(inspected.exitCode === unusable ? { ...inspected, exitCode: 0 } : inspected));
  }
  const tuned = find("tune-kernel.sh");
  host.tuning = without === null ? host.tuning : notApplied(without);
  if (tuned !== undefined) host.tuning = applied(knobsOf(facts(tuned)));

  const { arch } = host.facts;
  if (arch !== "amd64" && arch !== "arm64") {
    throw new RemoteError("command", remote.host, `lk is not released for ${arch ?? "this machine"}`, {
      hint: "use amd64 or arm64 hosts",
    });
  }
  const begun = find("install-lk.sh");
  const { lk } =
    wanted === null || begun === undefined || begun.facts.get("another_arch") !== undefined
      ? await installLk(remote, { ...request, arch })
      : await finishInstall(remote, facts(begun), wanted, request);
  host.lk = lk;
}

/** @throws {RemoteError} in words for what inspect.sh found: another run's load, or no way to LiveKit */
function refuseUnusable(remote: Remote, options: ConfigureOptions, facts: Facts): void {
  const holder = facts.get("held_by");
  if (holder !== undefined) {
    throw new RemoteError("command", remote.host, `run ${holder} is generating load on this host`, {
      hint: `wait for it, or end it with \`lkload destroy ${holder}\``,
    });
  }
  if (facts.get("target_reachable") === "no") {
    const reason = facts.get("target_reason") ?? "no reason given";
    throw new RemoteError(
      "command",
      remote.host,
      `${options.config.livekit.url} can't be reached from here: ${reason}`,
      {
        hint: "check the URL, and the firewalls between this host and LiveKit",
      },
    );
  }
}

function hostFacts(facts: Facts): ConfiguredHost["facts"] {
  const { os, kernel, arch, cores: _, memory_kb: __, warning: ___, error: ____, ...other } = facts.toRecord();
  return {
    os: os ?? null,
    kernel: kernel ?? null,
    arch: arch ?? null,
    cores: facts.int("cores"),
    memoryKb: facts.int("memory_kb"),
    other,
  };
}

function targetVariables(url: string | undefined): Record<string, string> {
  if (url === undefined) return {};
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === "wss:" || protocol === "https:" ? "443" : "80";
  return {
    // Brackets are the URL's way of writing IPv6, not the resolver's.
    LKLOAD_TARGET_HOST: hostname.replace(/^\[(.*)\]$/, "$1"),
    LKLOAD_TARGET_PORT: port === "" ? usual : port,
  };
}
