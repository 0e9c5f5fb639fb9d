import { expect, test } from "vitest";
import { stateIds, stateInstances, vmsOf } from "../../../../src/fleet/openstack/terraform/state.ts";

const server = (key: string, changes: object = {}) => ({
  index_key: key,
  attributes: {
    id: `server-${key}`,
    name: `lkload-r-${key}`,
    network: [{ fixed_ip_v4: `10.0.0.${key}`, fixed_ip_v6: "[2001:db8::1]" }],
  },
  ...changes,
});

const state = JSON.stringify({
  version: 4,
  resources: [
    { mode: "data", type: "openstack_images_image_v2", name: "image", instances: [{ attributes: { id: "image" } }] },
    {
      mode: "managed",
      type: "openstack_compute_instance_v2",
      name: "vm",
      instances: [server("02"), server("01"), server("03", { status: "tainted" })],
    },
    {
      mode: "managed",
      type: "openstack_networking_floatingip_v2",
      name: "floating-ip",
      instances: [{ index_key: "01", attributes: { id: "ip", address: "192.0.2.1" } }],
    },
  ],
});

test("VMs that were made as they should be, with their addresses, in the order of their names", () => {
  const vm = { fixedV6: "2001:db8::1", floatingV4: null };
  expect(vmsOf(stateInstances(state))).toEqual([
    { ...vm, name: "lkload-r-01", id: "server-01", fixedV4: "10.0.0.01", floatingV4: "192.0.2.1" },
    { ...vm, name: "lkload-r-02", id: "server-02", fixedV4: "10.0.0.02" },
  ]);
});

test("what is half made is known all the same, data sources are not", () => {
  expect([...stateIds(stateInstances(state))]).toEqual(["server-02", "server-01", "server-03", "ip"]);
  expect(stateInstances("")).toEqual([]);
});
