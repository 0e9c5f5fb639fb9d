/** Which fleet a run has: from its configuration and plan at first, from its folder later. */
import { hostname, userInfo } from "node:os";
import type { Config } from "../config/schema.ts";
import type { Plan } from "../plan/plan.ts";
import type { SshHost } from "../remote/ssh-target.ts";
import type { FleetSettings } from "./fleet-settings.ts";
import type { ExistingFleet, Fleet } from "./fleet.ts";
import type { FleetHost } from "./hosts-file.ts";
import { hostsFleet } from "./hosts.ts";
import { localFleet } from "./local.ts";
import { openstackFleet } from "./openstack/openstack-fleet.ts";
import type { OpenstackSettings } from "./openstack/openstack-settings.ts";

/** The fleet of machines that are there; `inventory` is the configuration's host list, parsed. */
export function openFleet(
  kind: "hosts" | "local" | undefined,
  inventory: readonly SshHost[],
  settings: FleetSettings,
): ExistingFleet {
  const hosts = (kind ?? (inventory.length > 0 ? "hosts" : "local")) === "hosts";
  return hosts ? hostsFleet(inventory, settings) : localFleet(settings.ssh);
}

/** The fleet of machines of an earlier run that are known: reaches them again with nothing but the folder. */
export function fleetOf(hosts: readonly FleetHost[], settings: FleetSettings): ExistingFleet {
  const overSsh = hosts.filter((host) => host.kind === "ssh");
  return overSsh.length > 0 ? hostsFleet(overSsh, settings) : localFleet(settings.ssh);
}

type Made = {
  config: Pick<Config, "ssh" | "openstack">;
  plan: Plan;
  session: OpenstackSettings["session"];
  /** The run's folder. */
  runDir: string;
  /** Epoch ms. */
  now: () => number;
};

/** The fleet of VMs that the plan says are made for the run; undefined where it says nothing of the kind. */
export function madeFleet(made: Made): Fleet | undefined {
  const settings = openstackSettings(made);
  return settings === undefined ? undefined : openstackFleet(settings);
}

export function openstackSettings({ config, plan, session, runDir, now }: Made): OpenstackSettings | undefined {
  if (plan.openstack === null) return undefined;
  return {
    openstack: config.openstack,
    ssh: config.ssh,
    session,
    plan: plan.openstack,
    runDir,
    prefix: plan.name,
    runId: plan.runId,
    minHosts: plan.minHosts,
    expiresAfterMs: plan.expiresAfterMs,
    owner: `${userInfo().username}@${hostname()}`,
    now,
  };
}
