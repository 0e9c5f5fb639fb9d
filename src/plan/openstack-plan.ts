/** The VMs of a run and everything that is made for them, decided from the configuration alone. Pure. */
import type { OpenstackConfig } from "../config/schema.ts";
import type { OpenstackPlan } from "./plan.ts";

type CloudPlan = OpenstackPlan["clouds"][number];

/** At most this many letters of `<prefix>-<run>`: host names have 63, the rest is the VM's number. */
const maxBaseLength = 58;

/** @returns what is wrong with the names, as text, where VMs can't be called so */
export function openstackPlan(
  openstack: OpenstackConfig,
  { name, runId }: { name: string; runId: string },
): OpenstackPlan | string {
  const base = `${name}-${runId}`;
  if (base.length > maxBaseLength) {
    return `VMs would be named ${base}-01: with at most ${maxBaseLength} characters before their number, choose a shorter name or run id`;
  }
  const shares =
    openstack.clouds.length > 0
      ? openstack.clouds
      : [{ cloud: openstack.cloud, region: openstack.region, vms: openstack.vms ?? 0 }];
  const total = shares.reduce((sum, share) => sum + share.vms, 0);
  const width = Math.max(2, String(total).length);
  let next = 1;
  const clouds = shares.map((share): CloudPlan => {
    const vms = Array.from({ length: share.vms }, (_, i) => {
      const number = String(next + i).padStart(width, "0");
      return { host: `vm-${number}`, name: `${base}-${number}` };
    });
    next += share.vms;
    return {
      cloud: share.cloud ?? null,
      region: share.region ?? null,
      vms,
      creates: resourcesFor(openstack, share.vms),
    };
  });
  return {
    clouds,
    flavor: flavorWords(openstack.flavor),
    image: imageWords(openstack.image),
    network: networkWords(openstack.network),
  };
}

/** What is made for so many VMs, kind by kind: see stacks/. A test compares it with what a cloud then has. */
function resourcesFor(config: OpenstackConfig, vms: number): CloudPlan["creates"] {
  const { mode, name, id, ipv6SubnetPool } = config.network;
  const isMade = mode === "managed" || (mode === "bastion" && (name ?? id) === undefined);
  const subnets = isMade ? (ipv6SubnetPool === undefined ? 1 : 2) : 0;
  const counts: [string, number][] = [
    ["server", vms],
    ["volume", config.volume === undefined ? 0 : vms],
    // In mode external Nova makes them together with the servers.
    ["port", vms],
    ["floating IP", mode === "external" ? 0 : mode === "bastion" ? 1 : vms],
    ["network", isMade ? 1 : 0],
    ["subnet", subnets],
    ["router", isMade ? 1 : 0],
    ["router interface", subnets],
    ["security group", 1],
    ["server group", config.antiAffinity ? 1 : 0],
    ["key pair", 1],
  ];
  return counts.filter(([, count]) => count > 0).map(([kind, count]) => ({ kind, count }));
}

function flavorWords(flavor: OpenstackConfig["flavor"]): string {
  if (typeof flavor === "string") return flavor;
  return "id" in flavor ? `id ${flavor.id}` : `one with ${flavor.vcpus} vCPU and ${flavor.ramMb} MB`;
}

function imageWords(image: OpenstackConfig["image"]): string {
  if (typeof image === "string") return image;
  if ("name" in image) return image.name;
  return "id" in image ? `id ${image.id}` : `the latest whose name fits ${image.regex}`;
}

function networkWords({ mode, name, id, floatingIpPool, cidr }: OpenstackConfig["network"]): string {
  const given = name ?? (id === undefined ? undefined : `id ${id}`);
  switch (mode) {
    case "external":
      return `external: directly on ${given ?? defaultExternalNetwork}`;
    case "existing":
      return `existing: on ${given ?? ""}, a floating IP of ${floatingIpPool ?? ""} per VM`;
    case "managed":
      return `managed: a network of its own, ${cidr}, a floating IP of ${floatingIpPool ?? ""} per VM`;
    case "bastion":
      return `bastion: on ${given ?? `a network of its own, ${cidr}`}, one floating IP of ${floatingIpPool ?? ""}`;
  }
}

/** At OVH and others like it. */
export const defaultExternalNetwork = "Ext-Net";
