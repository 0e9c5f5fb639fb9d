import { expect, test } from "vitest";
import { configSchema, type ConfigInput } from "../../src/config/schema.ts";
import { openstackPlan } from "../../src/plan/openstack-plan.ts";

function planOf(openstack: ConfigInput["openstack"], name = "lkload") {
  const plan = openstackPlan(configSchema.parse({ openstack }).openstack, { name, runId: "20260101-000000-abcd" });
  if (typeof plan === "string") throw new Error(plan);
  return plan;
}

const madeBy = (openstack: ConfigInput["openstack"]) =>
  planOf(openstack).clouds.map(({ creates }) => creates.map(({ kind, count }) => `${count} ${kind}`).join(", "));

test("VMs are numbered through all clouds, and named after the run", () => {
  const { clouds } = planOf({
    clouds: [
      { cloud: "a", vms: 2 },
      { cloud: "b", region: "west", vms: 9 },
    ],
  });
  expect(clouds.map(({ cloud, region, vms }) => [cloud, region, vms.length])).toEqual([
    ["a", null, 2],
    ["b", "west", 9],
  ]);
  expect(clouds[1]?.vms[0]).toEqual({ host: "vm-03", name: "lkload-20260101-000000-abcd-03" });
  expect(planOf({ vms: 100 }).clouds[0]?.vms.at(0)?.host).toBe("vm-001");
});

test("what is made in each network mode", () => {
  const group = "1 security group, 1 server group, 1 key pair";
  const pool = { floatingIpPool: "public" };
  expect(madeBy({ vms: 2 })).toEqual([`2 server, 2 port, ${group}`]);
  expect(madeBy({ vms: 2, network: { mode: "existing", name: "n", ...pool } })).toEqual([
    `2 server, 2 port, 2 floating IP, ${group}`,
  ]);
  expect(madeBy({ vms: 2, network: { mode: "managed", ipv6SubnetPool: "p", ...pool } })).toEqual([
    `2 server, 2 port, 2 floating IP, 1 network, 2 subnet, 1 router, 2 router interface, ${group}`,
  ]);
  expect(madeBy({ vms: 3, network: { mode: "bastion", name: "n", ...pool }, volume: { sizeGb: 10 } })).toEqual([
    `3 server, 3 volume, 3 port, 1 floating IP, ${group}`,
  ]);
});

test("names that are too long for a host are refused before anything is made", () => {
  expect(() => planOf({ vms: 1 }, "a".repeat(38))).toThrow("choose a shorter name");
});
