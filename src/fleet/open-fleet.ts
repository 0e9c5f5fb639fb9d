/** Which fleet a run has: from its configuration at first, from its folder's `hosts.json` later. */
import type { Config } from "../config/schema.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import type { SshHost } from "../remote/ssh-target.ts";
import type { FleetSettings } from "./fleet-settings.ts";
import type { Fleet } from "./fleet.ts";
import type { FleetHost } from "./hosts-file.ts";
import { hostsFleet } from "./hosts.ts";
import { localFleet } from "./local.ts";

/** The fleet that the configuration asks for; `inventory` is its host list, parsed. */
export function openFleet(
  kind: Config["fleet"]["kind"],
  inventory: readonly SshHost[],
  settings: FleetSettings,
): Fleet {
  if (kind === "openstack") return notYet();
  const hosts = (kind ?? (inventory.length > 0 ? "hosts" : "local")) === "hosts";
  return hosts ? hostsFleet(inventory, settings) : localFleet(settings.ssh);
}

/** The fleet of a run whose hosts are known: reaches them again with nothing but the folder. */
export function fleetOf(hosts: readonly FleetHost[], settings: FleetSettings): Fleet {
  const overSsh = hosts.filter((host) => host.kind === "ssh");
  return overSsh.length > 0 ? hostsFleet(overSsh, settings) : localFleet(settings.ssh);
}

function notYet(): Fleet {
  const refuse = async () => {
    throw new LkloadError(exitCodes.usage, "VMs on OpenStack are not a fleet of `lkload run` yet");
  };
  return { kind: "openstack", provision: refuse, open: refuse, release: async () => undefined };
}
