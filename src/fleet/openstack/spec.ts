/** Configuration and plan → what one cloud's stack is made from. */
import type { LoadGeneratorsSpec, NetworkSpec } from "../../../stacks/load-generators-spec.ts";
import type { Config, OpenstackConfig } from "../../config/schema.ts";
import { defaultExternalNetwork } from "../../plan/openstack-plan.ts";
import { cloudInit } from "./cloud-init.ts";
import type { RunMarks } from "./marks.ts";
import type { CloudPlan } from "./places.ts";
import type { KeyPair } from "./run-key.ts";

export type SpecInput = {
  config: Pick<Config, "openstack">;
  plan: CloudPlan;
  marks: RunMarks;
  /** The run's, one line. */
  publicKey: string;
  /** With `ssh.hostKeys: user-data`: the key that the VMs identify themselves with. */
  hostKey: KeyPair | null;
  sshCidrs: readonly string[];
};

export function specOf({
  config: { openstack },
  plan,
  marks,
  publicKey,
  hostKey,
  sshCidrs,
}: SpecInput): LoadGeneratorsSpec {
  const { createdAtMs, expiresAtMs } = marks;
  const { backend } = openstack.terraform;
  return {
    marks,
    provider: { cloud: plan.cloud, region: plan.region },
    vms: plan.vms.map(({ name }) => ({ name })),
    flavor: typeof openstack.flavor === "string" ? { name: openstack.flavor } : openstack.flavor,
    image: imageOf(openstack.image),
    publicKey,
    network: networkOf(openstack.network),
    sshCidrs,
    availabilityZones: openstack.availabilityZones,
    spreadOverHypervisors: openstack.antiAffinity,
    configDrive: openstack.configDrive,
    bootVolume: openstack.volume === undefined ? null : { ...openstack.volume, type: openstack.volume.type ?? null },
    userData: cloudInit({ user: openstack.user, publicKey, hostKey, createdAtMs, expiresAtMs }),
    hostKeysInUserData: hostKey !== null,
    backend: backend === undefined ? null : { type: backend.type, config: named(backend.config, marks, plan) },
  };
}

function imageOf(image: OpenstackConfig["image"]): LoadGeneratorsSpec["image"] {
  if (typeof image === "string") return { name: image };
  return "regex" in image ? { nameRegex: image.regex } : image;
}

/** The configuration's rules say what each mode needs: see config/openstack-rules.ts. */
function networkOf(network: OpenstackConfig["network"]): NetworkSpec {
  const { mode, name, id, floatingIpPool = "", cidr, dnsServers } = network;
  const given = id !== undefined ? { id } : name !== undefined ? { name } : undefined;
  const made = { cidr, dnsServers, ipv6SubnetPoolId: network.ipv6SubnetPool ?? null };
  switch (mode) {
    case "external":
      return { mode, network: given ?? { name: defaultExternalNetwork } };
    case "existing":
      return { mode, network: given ?? { name: "" }, floatingIpPool };
    case "managed":
      return { mode, floatingIpPool, ...made };
    case "bastion":
      return { mode, floatingIpPool, network: given ?? made };
  }
}

/** One state per run and cloud: `{run}` in a setting is their name. */
function named(
  config: Readonly<Record<string, string | number | boolean>>,
  { prefix, runId }: RunMarks,
  { cloud, region }: CloudPlan,
): Record<string, string | number | boolean> {
  const run = [`${prefix}-${runId}`, cloud, region].filter((part) => part !== null).join("-");
  const entries = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value.replaceAll("{run}", run) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string | number | boolean>;
}
