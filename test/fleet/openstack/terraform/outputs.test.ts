import { expect, test } from "vitest";
import { readVms } from "../../../../src/fleet/openstack/terraform/outputs.ts";

test("addresses by VM, in the order of their names; what there is not is null", () => {
  const vm = { id: "1", fixed_v4: "10.0.0.4", fixed_v6: "", floating_v4: null };
  const vms = [
    { ...vm, name: "b" },
    { ...vm, name: "a", fixed_v6: "[2001:db8::4]", floating_v4: "198.51.100.4" },
  ];
  expect(readVms({ vms })).toEqual([
    { name: "a", id: "1", fixedV4: "10.0.0.4", fixedV6: "2001:db8::4", floatingV4: "198.51.100.4" },
    { name: "b", id: "1", fixedV4: "10.0.0.4", fixedV6: null, floatingV4: null },
  ]);
  expect(readVms({})).toEqual([]);
});

test("an output of another shape is refused", () => {
  expect(() => readVms({ vms: [{ name: "a" }] })).toThrow("fixed_v4");
});
