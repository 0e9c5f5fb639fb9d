/**
 * The VMs with what belongs to each alone: port, floating IP. One resource of each kind with `for_each`, not one per
 * VM: the file stays as short for 1,000 VMs as for one.
 */
import { computeInstanceV2, networkingFloatingipV2, networkingPortV2 } from "@cdktf/provider-openstack";
import { TerraformIterator } from "cdktf";
import type { Construct } from "constructs";
import { description, metadata, runName, tags } from "../src/fleet/openstack/marks.ts";
import type { Access } from "./access.ts";
import { literal } from "./literal.ts";
import type { LoadGeneratorsSpec } from "./load-generators-spec.ts";
import type { Network } from "./network.ts";

/** What all VMs of a stack share. */
export type Shared = {
  spec: LoadGeneratorsSpec;
  access: Access;
  network: Network;
  flavorId: string;
  imageId: string;
  serverGroupId: string | null;
};

/** By the last part of their names: `01`. */
type Vms = Record<string, { name: string; zone: string }>;

/** @returns the stack's output as an expression: a list of objects, one per VM (see `outputs.ts` of the fleet). */
export function makeVms(scope: Construct, shared: Shared): string {
  const { spec, network, access } = shared;
  const vms = vmsOf(spec);
  const isExternal = spec.network.mode === "external";
  const ports = isExternal ? undefined : makePorts(scope, vms, shared);
  const floatingIps = ports && makeFloatingIps(scope, vms, ports, shared);
  const each = TerraformIterator.fromMap(vms);
  const instances = new computeInstanceV2.ComputeInstanceV2(scope, "vm", {
    forEach: each,
    name: each.getString("name"),
    flavorId: shared.flavorId,
    ...rootDisk(shared),
    keyPair: access.keyPair.name,
    ...(spec.availabilityZones.length === 0 ? {} : { availabilityZone: each.getString("zone") }),
    ...(shared.serverGroupId === null ? {} : { schedulerHints: [{ group: shared.serverGroupId }] }),
    // Only Nova may put a port on a provider network for a tenant: there it makes the port itself.
    ...(ports === undefined ? { securityGroups: [access.securityGroup.name] } : {}),
    network: [ports === undefined ? { uuid: network.id } : { port: `\${${ports.fqn}[each.key].id}` }],
    configDrive: spec.configDrive,
    userData: literal(spec.userData),
    metadata: metadata(spec.marks),
    tags: tags(spec.marks),
    timeouts: { create: "20m", delete: "10m" },
  });
  const floating = floatingIps === undefined ? "null" : `try(${floatingIps.fqn}[key].address, null)`;
  const fixed = (family: string) => `vm.network[0].fixed_ip_${family}`;
  const fields = `name = vm.name, id = vm.id, fixed_v4 = ${fixed("v4")}, fixed_v6 = ${fixed("v6")}, floating_v4 = ${floating}`;
  return `\${[for key, vm in ${instances.fqn} : { ${fields} }]}`;
}

function vmsOf(spec: LoadGeneratorsSpec): Vms {
  const zones = spec.availabilityZones;
  const keyed = spec.vms.map(({ name }, index) => {
    const key = name.slice(runName(spec.marks).length + 1);
    return [key, { name, zone: zones[index % Math.max(1, zones.length)] ?? "" }];
  });
  return Object.fromEntries(keyed) as Vms;
}

function rootDisk({
  spec,
  imageId,
}: Shared): Pick<computeInstanceV2.ComputeInstanceV2Config, "imageId" | "blockDevice"> {
  if (spec.bootVolume === null) return { imageId };
  const { sizeGb, type } = spec.bootVolume;
  return {
    blockDevice: [
      {
        uuid: imageId,
        sourceType: "image",
        destinationType: "volume",
        volumeSize: sizeGb,
        ...(type === null ? {} : { volumeType: type }),
        bootIndex: 0,
        deleteOnTermination: true,
      },
    ],
  };
}

function makePorts(scope: Construct, vms: Vms, { spec, network, access }: Shared) {
  const each = TerraformIterator.fromMap(vms);
  return new networkingPortV2.NetworkingPortV2(scope, "port", {
    forEach: each,
    name: each.getString("name"),
    description: description(spec.marks),
    networkId: network.id,
    adminStateUp: true,
    securityGroupIds: [access.securityGroup.id],
    ...(network.subnetId === null ? {} : { fixedIp: [{ subnetId: network.subnetId }] }),
    ...(network.subnets.length === 0 ? {} : { dependsOn: network.subnets }),
  });
}

function makeFloatingIps(
  scope: Construct,
  vms: Vms,
  ports: networkingPortV2.NetworkingPortV2,
  { spec, network }: Shared,
) {
  const reachedDirectly = spec.network.mode === "bastion" ? Object.entries(vms).slice(0, 1) : Object.entries(vms);
  // It has no name: the description carries both marks.
  return new networkingFloatingipV2.NetworkingFloatingipV2(scope, "floating-ip", {
    forEach: TerraformIterator.fromMap(Object.fromEntries(reachedDirectly)),
    pool: literal("floatingIpPool" in spec.network ? spec.network.floatingIpPool : ""),
    description: description(spec.marks),
    portId: `\${${ports.fqn}[each.key].id}`,
    ...(network.router.length === 0 ? {} : { dependsOn: network.router }),
  });
}
