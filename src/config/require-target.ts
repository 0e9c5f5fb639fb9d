/** What a run needs beyond a valid configuration. */
import { ConfigError, type ConfigProblem } from "./problem.ts";
import type { Config } from "./schema.ts";
import type { Secret } from "./secret.ts";

export type TargetAccess = { url: string; apiKey: string; apiSecret: Secret };

/** The deployment under test and the keys to it. @throws {ConfigError} with all that is missing, and how to set it */
export function requireTarget(config: Config): TargetAccess {
  const { url, apiKey, apiSecret } = config.livekit;
  if (url !== undefined && apiKey !== undefined && apiSecret !== undefined) return { url, apiKey, apiSecret };
  throw new ConfigError(missingTarget(config));
}

/** Target and fleet at once, for commands that need both. @throws {ConfigError} */
export function requireTargetAndFleet(config: Config): TargetAccess {
  const missing = [...missingTarget(config), ...missingFleet(config)];
  if (missing.length > 0) throw new ConfigError(missing);
  return requireTarget(config);
}

/** @throws {ConfigError} where neither hosts nor VMs nor this machine were chosen */
export function requireFleet(config: Config): NonNullable<Config["fleet"]["kind"]> {
  const { kind } = config.fleet;
  if (kind !== undefined) return kind;
  throw new ConfigError(missingFleet(config));
}

function missingTarget({ livekit }: Config): ConfigProblem[] {
  const missing: ConfigProblem[] = [];
  if (livekit.url === undefined) {
    missing.push(unset("livekit.url", "set it in lkload.yaml, as LIVEKIT_URL, or with --url wss://…"));
  }
  if (livekit.apiKey === undefined) {
    missing.push(unset("livekit.apiKey", "set it in lkload.yaml, as LIVEKIT_API_KEY, or with --api-key"));
  }
  if (livekit.apiSecret === undefined) {
    missing.push(unset("livekit.apiSecret", "set LIVEKIT_API_SECRET in the environment"));
  }
  return missing;
}

function missingFleet({ fleet }: Config): ConfigProblem[] {
  if (fleet.kind !== undefined) return [];
  return [
    unset(
      "fleet",
      "name the machines that generate load with --hosts or fleet.hosts, make VMs with --vms, or use --local",
    ),
  ];
}

function unset(setting: string, how: string): ConfigProblem {
  return { where: setting, problem: `is not set: ${how}` };
}
