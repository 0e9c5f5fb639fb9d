/** What a terraform state knows: read from its JSON (format version 4), whichever backend it is kept in. */
import { z } from "zod";
import type { ResourceKind } from "../inventory.ts";
import type { VmAddresses } from "./outputs.ts";

const instanceSchema = z.object({
  index_key: z.union([z.string(), z.number()]).optional(),
  /** `tainted`: made, but not as it should be. */
  status: z.string().optional(),
  attributes: z.record(z.string(), z.unknown()).default({}),
});

const stateSchema = z.object({
  resources: z
    .array(z.object({ mode: z.string(), type: z.string(), name: z.string(), instances: z.array(instanceSchema) }))
    .default([]),
});

export type StateInstance = z.infer<typeof instanceSchema> & { type: string };

/** Without data sources. `text`: the state's JSON; empty when there is none. @throws {z.ZodError} */
export function stateInstances(text: string): StateInstance[] {
  if (text.trim() === "") return [];
  return stateSchema
    .parse(JSON.parse(text))
    .resources.filter(({ mode }) => mode === "managed")
    .flatMap(({ type, instances }) => instances.map((instance) => ({ ...instance, type })));
}

/** The cloud's ids of what the state knows. */
export function stateIds(instances: readonly StateInstance[]): Set<string> {
  return new Set(
    instances.flatMap(({ attributes }) => (typeof attributes["id"] === "string" ? [attributes["id"]] : [])),
  );
}

/** The kinds that a cloud's lists tell apart; rules go with their group. */
const kinds: Record<string, ResourceKind> = {
  openstack_blockstorage_volume_v3: "volume",
  openstack_compute_instance_v2: "server",
  openstack_compute_keypair_v2: "key pair",
  openstack_compute_servergroup_v2: "server group",
  openstack_networking_floatingip_v2: "floating IP",
  openstack_networking_network_v2: "network",
  openstack_networking_port_v2: "port",
  openstack_networking_router_interface_v2: "router interface",
  openstack_networking_router_v2: "router",
  openstack_networking_secgroup_v2: "security group",
  openstack_networking_subnet_v2: "subnet",
};

/** Undefined for what has no list of its own. */
export function kindOf(terraformType: string): ResourceKind | undefined {
  return kinds[terraformType];
}

/**
 * The VMs that were made as they should be, also after an apply that failed elsewhere (outputs are then not written).
 * In the order of their names.
 */
export function vmsOf(instances: readonly StateInstance[]): VmAddresses[] {
  const ofType = (type: string) => instances.filter((it) => it.type === type && it.status !== "tainted");
  const floating = new Map(
    ofType("openstack_networking_floatingip_v2").map(({ index_key, attributes }) => [
      index_key,
      addressOf(attributes["address"]),
    ]),
  );
  return ofType("openstack_compute_instance_v2")
    .map(({ index_key, attributes }): VmAddresses => {
      const [nic] = z.array(z.record(z.string(), z.unknown())).catch([]).parse(attributes["network"]);
      return {
        name: String(attributes["name"]),
        id: String(attributes["id"]),
        fixedV4: addressOf(nic?.["fixed_ip_v4"]),
        fixedV6: addressOf(nic?.["fixed_ip_v6"]),
        floatingV4: floating.get(index_key) ?? null,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The provider puts IPv6 addresses into square brackets. */
function addressOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.replaceAll(/[[\]]/g, "") : null;
}
