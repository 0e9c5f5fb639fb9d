/**
 * The VMs with what belongs to each alone: port, floating IP, volume. In blocks of a few VMs, each with one resource
 * of each kind and `for_each`: for every single instance terraform evaluates its block's whole map, and with it every
 * instance of a resource that is referred to. One block of 1,000 VMs is a million evaluations; one resource per VM is
 * a file and a graph of thousands.
 */
import {
  blockstorageVolumeV3,
  computeInstanceV2,
  networkingFloatingipV2,
  networkingPortV2,
} from "@cdktf/provider-openstack";
import { TerraformIterator, TerraformLocal, type TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { description, metadata, tags, vmKey } from "../src/fleet/openstack/marks.ts";
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

/** The last part of its name, `01`, and the VM. A list: objects put keys like `10` before `01`. */
type Vm = [key: string, vm: { name: string; zone: string }];

/** VMs in a block. Plans of 500 VMs with ports and floating IPs, in s: 5 → 8.5, 10 → 9.1, 20 → 10.6, 50 → 22.5. */
const blockSize = 10;

/** Of a VM, and of a volume that is filled for it. */
const timeouts = { create: "20m", delete: "10m" };

/** @returns the stack's output as an expression: a list of objects, one per VM (see `outputs.ts` of the fleet). */
export function makeVms(scope: Construct, shared: Shared): string {
  const vms = vmsOf(shared.spec);
  // Once, not in each block: it is long, and terraform reads it anew for each instance.
  const userData = new TerraformLocal(scope, "user-data", literal(shared.spec.userData));
  const lists: string[] = [];
  for (let first = 0; first < vms.length; first += blockSize) {
    const block = { number: lists.length + 1, vms: vms.slice(first, first + blockSize) };
    lists.push(makeBlock(scope, block, userData, shared));
  }
  return `\${concat(${lists.join(", ")})}`;
}

/** From 1 on. */
type Block = { number: number; vms: Vm[] };

/** @returns the list of its VMs, as an expression */
function makeBlock(scope: Construct, block: Block, userData: TerraformLocal, shared: Shared): string {
  const { spec, network, access } = shared;
  const isExternal = spec.network.mode === "external";
  const ports = isExternal ? undefined : makePorts(scope, block, shared);
  const floatingIps = ports && makeFloatingIps(scope, block, ports, shared);
  const volumes = spec.bootVolume === null ? undefined : makeVolumes(scope, block, spec.bootVolume, shared);
  const each = TerraformIterator.fromMap(Object.fromEntries(block.vms));
  const instances = new computeInstanceV2.ComputeInstanceV2(scope, `vm-${block.number}`, {
    forEach: each,
    name: each.getString("name"),
    flavorId: shared.flavorId,
    ...(volumes === undefined ? { imageId: shared.imageId } : { blockDevice: [bootFrom(volumes)] }),
    keyPair: access.keyPair.name,
    ...(spec.availabilityZones.length === 0 ? {} : { availabilityZone: each.getString("zone") }),
    ...(shared.serverGroupId === null ? {} : { schedulerHints: [{ group: shared.serverGroupId }] }),
    // Only Nova may put a port on a provider network for a tenant: there it makes the port itself.
    ...(ports === undefined ? { securityGroups: [access.securityGroup.name] } : {}),
    network: [ports === undefined ? { uuid: network.id } : { port: `\${${addressOf(ports)}[each.key].id}` }],
    configDrive: spec.configDrive,
    userData: userData.asString,
    metadata: metadata(spec.marks),
    tags: tags(spec.marks),
    timeouts,
  });
  const floating = floatingIps === undefined ? "null" : `try(${addressOf(floatingIps)}[key].address, null)`;
  const fixed = (family: string) => `vm.network[0].fixed_ip_${family}`;
  const fields = `name = vm.name, id = vm.id, fixed_v4 = ${fixed("v4")}, fixed_v6 = ${fixed("v6")}, floating_v4 = ${floating}`;
  return `[for key, vm in ${addressOf(instances)} : { ${fields} }]`;
}

/** Not `fqn`: CDKTF puts that into `${…}` of its own when it is not the first one in an expression. */
function addressOf({ terraformResourceType, friendlyUniqueId }: TerraformResource): string {
  return `${terraformResourceType}.${friendlyUniqueId}`;
}

function vmsOf(spec: LoadGeneratorsSpec): Vm[] {
  const zones = spec.availabilityZones;
  return spec.vms.map(({ name }, index) => {
    return [vmKey(spec.marks, name), { name, zone: zones[index % Math.max(1, zones.length)] ?? "" }];
  });
}

/**
 * Not made by Nova along with the server: that one has no name and no metadata, and nobody finds it again once the
 * server is gone.
 */
function makeVolumes(
  scope: Construct,
  { number, vms }: Block,
  { sizeGb, type }: NonNullable<LoadGeneratorsSpec["bootVolume"]>,
  { spec, imageId }: Shared,
) {
  const each = TerraformIterator.fromMap(Object.fromEntries(vms));
  return new blockstorageVolumeV3.BlockstorageVolumeV3(scope, `volume-${number}`, {
    forEach: each,
    name: each.getString("name"),
    metadata: metadata(spec.marks),
    size: sizeGb,
    imageId,
    ...(type === null ? {} : { volumeType: type }),
    timeouts,
  });
}

function bootFrom(volumes: TerraformResource): computeInstanceV2.ComputeInstanceV2BlockDevice {
  return {
    uuid: `\${${addressOf(volumes)}[each.key].id}`,
    sourceType: "volume",
    destinationType: "volume",
    bootIndex: 0,
    // Terraform deletes it.
    deleteOnTermination: false,
  };
}

function makePorts(scope: Construct, { number, vms }: Block, { spec, network, access }: Shared) {
  const each = TerraformIterator.fromMap(Object.fromEntries(vms));
  return new networkingPortV2.NetworkingPortV2(scope, `port-${number}`, {
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
  { number, vms }: Block,
  ports: networkingPortV2.NetworkingPortV2,
  { spec, network }: Shared,
) {
  const isBastion = spec.network.mode === "bastion";
  // The bastion is the first of all.
  if (isBastion && number > 1) return undefined;
  const reachedDirectly = isBastion ? vms.slice(0, 1) : vms;
  // It has no name: the description carries both marks.
  return new networkingFloatingipV2.NetworkingFloatingipV2(scope, `floating-ip-${number}`, {
    forEach: TerraformIterator.fromMap(Object.fromEntries(reachedDirectly)),
    pool: literal("floatingIpPool" in spec.network ? spec.network.floatingIpPool : ""),
    description: description(spec.marks),
    portId: `\${${addressOf(ports)}[each.key].id}`,
    ...(network.router.length === 0 ? {} : { dependsOn: network.router }),
  });
}
