/** A plan against a cloud of a few lists; the real one is in doctor.openstack.test.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configSchema, type ConfigInput } from "../../../src/config/schema.ts";
import { runChecks } from "../../../src/doctor/check.ts";
import { cloudChecks } from "../../../src/doctor/openstack/cloud.ts";
import { providerRequirement } from "../../../src/doctor/openstack/terraform.ts";
import { openstackPlan } from "../../../src/plan/openstack-plan.ts";
import { smallCloud, type SmallCloud } from "../../fleet/openstack/rest/small-cloud.ts";

const signal = AbortSignal.timeout(60_000);
const free = { used: 0, limit: 100, reserved: 0 };

async function project(change: (cloud: SmallCloud) => void = () => undefined): Promise<SmallCloud> {
  const cloud = await smallCloud({
    flavors: [
      { id: "f1", name: "c1.large", vcpus: 4, ram: 8192, disk: 20 },
      { id: "f2", name: "c1.xlarge", vcpus: 8, ram: 16_384, disk: 20 },
      { id: "f3", name: "m1.tiny", vcpus: 1, ram: 512, disk: 1 },
    ],
    images: [
      { id: "i1", name: "Ubuntu 24.04", status: "active", created_at: "2026-01-01T00:00:00Z", min_disk: 4, min_ram: 0 },
      { id: "i2", name: "Ubuntu 24.04", status: "active", created_at: "2026-02-01T00:00:00Z", min_disk: 4, min_ram: 0 },
      { id: "i3", name: "Debian 12", status: "active", created_at: "2026-02-01T00:00:00Z", min_disk: 0, min_ram: 0 },
      { id: "i4", name: "Debian 13", status: "deactivated", created_at: "2026-03-01T00:00:00Z" },
    ],
    networks: [
      { id: "n1", name: "Ext-Net", subnets: ["s1"], "router:external": true },
      { id: "n2", name: "tenant", subnets: ["s2"], "router:external": false },
      { id: "n3", name: "twice", subnets: ["s3"], "router:external": false },
      { id: "n4", name: "twice", subnets: ["s4"], "router:external": false },
      { id: "n5", name: "bare", subnets: [], "router:external": false },
    ],
    "os-availability-zone": [
      { zoneName: "az1", zoneState: { available: true } },
      { zoneName: "az2", zoneState: { available: false } },
    ],
    "os-keypairs": [],
  });
  cloud.answers = {
    limits: {
      limits: {
        absolute: {
          maxTotalInstances: 10,
          totalInstancesUsed: 2,
          maxTotalCores: 40,
          totalCoresUsed: 8,
          maxTotalRAMSize: -1,
          totalRAMUsed: 4096,
          maxServerGroups: 10,
          totalServerGroupsUsed: 0,
          maxTotalKeypairs: 100,
        },
      },
    },
    quotas: {
      quota: {
        port: free,
        floatingip: { used: 1, limit: 3, reserved: 0 },
        security_group: free,
        security_group_rule: free,
        network: free,
        subnet: free,
        router: free,
      },
    },
  };
  change(cloud);
  return cloud;
}

async function checked(openstack: NonNullable<ConfigInput["openstack"]>, cloud: SmallCloud) {
  const config = configSchema.parse({ openstack }).openstack;
  const plan = openstackPlan(config, { name: "lkload", runId: "20261122-194812-k3f9" });
  if (typeof plan === "string") throw new Error(plan);
  const session = { env: cloud.env, home: "/nonexistent", cwd: "/" };
  const results = await runChecks(cloudChecks(plan.clouds[0]!, config, session), signal);
  return Object.fromEntries(results.map((result) => [result.name, result]));
}

const text = (seen: string): string => expect.stringContaining(seen) as string;

describe("a plan that fits", () => {
  test("on a provider network", async () => {
    await using cloud = await project();
    const results = await checked({ vms: 8 }, cloud);
    expect(Object.values(results).filter(({ status }) => status === "problem")).toEqual([]);
    expect(results["credentials"]?.seen).toBe("project load, by the OS_* variables");
    expect(results["flavor"]?.seen).toBe("c1.large: 4 vCPU, 8192 MB");
    expect(results["compute quota"]?.seen).toBe(
      "needed of what is left: 8 of 8 instances, 32 of 32 cores, 65536 MB of RAM (no limit), 1 of 10 server groups, 1 of 100 key pairs",
    );
  });

  test("on a network of its own with one floating IP", async () => {
    await using cloud = await project();
    const results = await checked({ vms: 4, network: { mode: "bastion", floatingIpPool: "Ext-Net" } }, cloud);
    expect(Object.values(results).filter(({ status }) => status === "problem")).toEqual([]);
    expect(results["network"]?.seen).toBe("bastion: a network of its own, floating IPs of Ext-Net");
    expect(results["network quota"]?.seen).toContain("6 of 100 ports, 1 of 2 floating IPs, 1 of 100 networks");
  });
});

describe("a plan that does not", () => {
  test("each quota by its name: needed, left, in use, limit", async () => {
    await using cloud = await project();
    const network = { mode: "existing", name: "tenant", floatingIpPool: "Ext-Net" } as const;
    const results = await checked({ vms: 9, network }, cloud);
    expect(results["compute quota"]).toMatchObject({
      status: "problem",
      seen: "quota exceeded: instances: 9 needed, 8 left (2 of 10 in use); cores: 36 needed, 32 left (8 of 40 in use)",
    });
    expect(results["network quota"]).toMatchObject({
      status: "problem",
      seen: "quota exceeded: floating IPs: 9 needed, 2 left (1 of 3 in use)",
    });
  });

  test.each([
    [{ flavor: "c1.larg" }, "flavor", "has no flavor called c1.larg", "c1.large, c1.xlarge"],
    [{ flavor: { vcpus: 3, ramMb: 512 } }, "flavor", "no flavor with 3 vCPU and 512 MB", "m1.tiny (1 vCPU, 512 MB)"],
    [{ image: "debian 12" }, "image", "has no image called debian 12", "Debian 12"],
    [{ image: { regex: "^Debian 13" } }, "image", "whose name fits ^Debian 13", "Debian 12"],
    [{ network: { name: "ext_net" } }, "network", "has no network called ext_net", "Ext-Net"],
    [{ network: { name: "twice" } }, "network", "has 2 of network called twice", "twice n3, twice n4"],
    [{ network: { name: "bare" } }, "network", "bare has no subnet", "choose another"],
    [
      { network: { mode: "existing", name: "tenant", floatingIpPool: "tenant" } },
      "network",
      "has no external network called tenant",
      "Ext-Net",
    ],
    [{ flavor: "m1.tiny" }, "image", "needs 0 MB of RAM and 4 GB of disk, more than m1.tiny has", "larger flavor"],
    [{ availabilityZones: ["az1", "az2"] }, "zones", "not available: az2", "az1"],
    [{ volume: { sizeGb: 20 } }, "volume quota", "the cloud has no volumes", "openstack.volume"],
  ] as const)("%j: %s", async (openstack, name, seen, remedy) => {
    await using cloud = await project();
    const results = await checked({ vms: 1, ...openstack } as NonNullable<ConfigInput["openstack"]>, cloud);
    expect(results[name]).toMatchObject({ status: "problem", seen: text(seen), remedy: text(remedy) });
  });

  test("wrong credentials are told once", async () => {
    await using cloud = await project((it) => (it.env["OS_PASSWORD"] = ""));
    const results = Object.values(await checked({ vms: 1 }, cloud));
    expect(results.map(({ name, status }) => [name, status])).toEqual([
      ["credentials", "problem"],
      ...results.slice(1).map(({ name }) => [name, "not applicable"]),
    ]);
    expect(results[0]?.seen).toContain("no user with password, no application credential, no token");
  });
});

test("a cloud that tells no quota is not said to have enough", async () => {
  await using cloud = await project((it) => (it.answers = { limits: { limits: { absolute: {} } }, quotas: {} }));
  const results = await checked({ vms: 500 }, cloud);
  expect(results["compute quota"]).toMatchObject({
    status: "not applicable",
    seen: "the cloud tells none of what is needed",
  });
});

test("the provider that is looked for is the one that the stack requires", () => {
  const golden = join(import.meta.dirname, "..", "..", "stacks", "golden", "external.json");
  const stack = JSON.parse(readFileSync(golden, "utf8")) as { terraform: { required_providers: object } };
  expect(stack.terraform.required_providers).toEqual({ openstack: providerRequirement });
});
