import { expect, test } from "vitest";
import { destroyLimitMs } from "../../../src/fleet/openstack/destroy-limit.ts";

test.each([
  { vms: 0, parallelism: 10, minutes: 5 },
  { vms: 10, parallelism: 10, minutes: 6 + 10 / 60 },
  { vms: 11, parallelism: 10, minutes: 7 + 11 / 60 },
  { vms: 100, parallelism: 100, minutes: 6 + 100 / 60 },
  { vms: 1000, parallelism: 100, minutes: 15 + 1000 / 60 },
])("$vms VMs, $parallelism at a time: $minutes min", ({ vms, parallelism, minutes }) => {
  expect(destroyLimitMs(vms, parallelism)).toBe(minutes * 60_000);
});
