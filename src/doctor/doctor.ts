/** Everything that is looked at before a run, from its configuration. */
import { resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import type { FleetSettings } from "../fleet/fleet-settings.ts";
import type { Check } from "./check.ts";
import { hostChecks } from "./hosts.ts";
import { kubernetesChecks } from "./kubernetes.ts";
import { livekitChecks } from "./livekit.ts";
import { lkChecks } from "./lk.ts";
import { machineChecks } from "./machine.ts";
import { openstackChecks } from "./openstack/openstack.ts";
import { probeChecks } from "./probes.ts";

export type DoctorOptions = {
  config: Config;
  settings: FleetSettings;
  cwd: string;
  nodeVersion: string;
  arch: "amd64" | "arm64";
  /** Tells the trial room from those of others. */
  runId: string;
  /** Epoch ms. */
  now: () => number;
};

/** @throws {ConfigError} for a host list that is wrong */
export function doctorChecks(options: DoctorOptions): Check[] {
  const { config, settings, now, arch } = options;
  return [
    ...neededChecks(options),
    ...probeChecks(config),
    ...livekitChecks({ config, room: `${config.name}-doctor-${options.runId}`, now }),
    ...lkChecks({ config, arch }),
    ...hostChecks({ config, settings }),
    ...kubernetesChecks({ config, now }),
  ];
}

/** The part without which a run does not begin, but for the target, which the run's own check joins. */
export function neededChecks(
  options: Pick<DoctorOptions, "config" | "settings" | "cwd" | "nodeVersion" | "runId">,
): Check[] {
  const { config, cwd, nodeVersion } = options;
  return [...machineChecks({ nodeVersion, stateDir: resolve(cwd, config.run.dir) }), ...openstackChecks(options)];
}
