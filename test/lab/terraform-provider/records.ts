/** Resources of terraform as what the cloud's lists say of them: enough for the sweep to find and delete. */
import { randomUUID } from "node:crypto";
import type { Values } from "./values.ts";

export type Item = Record<string, unknown> & { id?: string };
/** By the last part of the list's path: `servers`, `ports`, `security-groups` … */
export type Items = Record<string, Item[]>;

type Record_ = { list: string; item: (values: Values, id: string) => Item };

const named = (values: Values, id: string): Item => ({
  id,
  name: values["name"] ?? "",
  description: values["description"] ?? "",
});

const records: Record<string, Record_> = {
  openstack_blockstorage_volume_v3: {
    list: "volumes",
    item: ({ name, metadata }, id) => ({ id, name, metadata: metadata ?? {} }),
  },
  openstack_compute_instance_v2: {
    list: "servers",
    item: (values, id) => ({ id, name: values["name"], status: "ACTIVE", metadata: values["metadata"] ?? {} }),
  },
  openstack_compute_keypair_v2: {
    list: "os-keypairs",
    item: ({ name, public_key }) => ({ id: String(name), keypair: { name, public_key } }),
  },
  openstack_compute_servergroup_v2: {
    list: "os-server-groups",
    item: ({ name }, id) => ({ id, name, members: [] }),
  },
  openstack_networking_floatingip_v2: {
    list: "floatingips",
    item: ({ description }, id) => ({ id, description, floating_ip_address: "192.0.2.7" }),
  },
  openstack_networking_router_interface_v2: {
    list: "ports",
    item: ({ router_id }, id) => ({ id, device_id: router_id, device_owner: "network:router_interface" }),
  },
  openstack_networking_port_v2: { list: "ports", item: named },
  openstack_networking_network_v2: { list: "networks", item: named },
  openstack_networking_subnet_v2: { list: "subnets", item: named },
  openstack_networking_router_v2: { list: "routers", item: named },
  openstack_networking_secgroup_v2: { list: "security-groups", item: named },
  openstack_networking_secgroup_rule_v2: {
    list: "security-group-rules",
    item: ({ security_group_id }, id) => ({ id, security_group_id }),
  },
};

/** Takes one out of its list. A security group takes its rules with it, as Neutron's do. */
export function removeItem(items: Items, list: string, id: unknown): void {
  items[list] = (items[list] ?? []).filter((item) => item.id !== id);
  if (list !== "security-groups") return;
  const rules = items["security-group-rules"];
  if (rules !== undefined) items["security-group-rules"] = rules.filter((rule) => rule["security_group_id"] !== id);
}

export class Records {
  readonly #items: Items;

  constructor(items: Items) {
    this.#items = items;
  }

  /** @returns its id */
  make(type: string, values: Values): { id: string; item: Item } {
    const { list, item } = this.#record(type);
    const made = item(values, randomUUID());
    (this.#items[list] ??= []).push(made);
    return { id: made.id ?? "", item: made };
  }

  has(type: string, id: unknown): boolean {
    return (this.#items[this.#record(type).list] ?? []).some((item) => item.id === id);
  }

  remove(type: string, id: unknown): void {
    removeItem(this.#items, this.#record(type).list, id);
  }

  #record(type: string): Record_ {
    const record = records[type];
    if (record === undefined) throw new Error(`the stand-in knows no ${type}`);
    return record;
  }
}
