import { expect, test } from "vitest";
import { reachable, reachOf } from "../../../src/fleet/openstack/reach.ts";

const vm = (
  name: string,
  floatingV4: string | null,
  fixedV4: string | null = "10.0.0.4",
  fixedV6: string | null = null,
) => ({
  name,
  id: name,
  floatingV4,
  fixedV4,
  fixedV6,
});

test("a floating IP per VM: each directly", () => {
  expect(reachOf([vm("a", "198.51.100.1"), vm("b", "198.51.100.2")])).toEqual([
    { name: "a", address: "198.51.100.1", via: null },
    { name: "b", address: "198.51.100.2", via: null },
  ]);
});

test("no floating IPs: the provider network's addresses, IPv6 where there is no other", () => {
  expect(reachOf([vm("a", null), vm("b", null, null, "2001:db8::2")])).toEqual([
    { name: "a", address: "10.0.0.4", via: null },
    { name: "b", address: "2001:db8::2", via: null },
  ]);
});

test("one floating IP: the others over that VM", () => {
  expect(reachOf([vm("a", "198.51.100.1"), vm("b", null, "10.0.0.5")])).toEqual([
    { name: "a", address: "198.51.100.1", via: null },
    { name: "b", address: "10.0.0.5", via: "a" },
  ]);
});

test("a VM without an address is named", () => {
  expect(() => reachOf([vm("a", null, null)])).toThrow("a: the cloud gave it no address");
});

test("without its floating IP a VM is out of reach, and without the bastion's all are", () => {
  const vm = { id: "1", fixedV4: "10.0.0.1", fixedV6: null, floatingV4: null };
  const vms = [
    { ...vm, name: "a", floatingV4: "192.0.2.1" },
    { ...vm, name: "b" },
  ];
  expect(reachable(vms, "existing").map(({ name }) => name)).toEqual(["a"]);
  expect(reachable(vms, "bastion")).toEqual(vms);
  expect(reachable(vms.slice(1), "bastion")).toEqual([]);
  expect(reachable(vms.slice(1), "external")).toHaveLength(1);
});
