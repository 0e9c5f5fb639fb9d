/** Each network mode and root disk from nothing to SSH and down again, by the cloud's own client: nothing is left. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ConfigInput } from "../../../src/config/schema.ts";
import type { FleetHost } from "../../../src/fleet/hosts-file.ts";
import { projectContents, purgeProject } from "../../lab/openstack/project.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { labFleet } from "./lab-fleet.ts";

const limit = { timeout: 600_000 };
const nightly = { ...limit, tags: ["nightly"] };
const shown = [
  "hostname",
  "ulimit -Hn",
  "systemctl is-active lkload-expiry.timer",
  "sudo -n id -u",
  "cat /sys/block/vda/size",
];
/** Of the flavor `lab.small`. */
const diskGb = 3;
const sectorsPerGb = 2 ** 30 / 512;

beforeEach(purgeProject, 300_000);
afterEach(purgeProject, 300_000);

/** @returns the hosts as they were reached */
async function upAndDown(openstack: ConfigInput["openstack"], ssh: ConfigInput["ssh"] = {}): Promise<FleetHost[]> {
  const signal = AbortSignal.timeout(limit.timeout);
  await using work = await tempDir("mode");
  const before = await projectContents();
  const { fleet, context, journal, plan } = await labFleet(work.path, openstack, signal, ssh);
  const expected = plan.clouds[0]?.creates ?? [];
  try {
    const { hosts, failed, boots } = await fleet.provision(context);
    expect(failed).toEqual([]);
    expect(boots.map(({ readyMs }) => readyMs)).not.toContain(null);
    for (const host of hosts) {
      await using remote = await fleet.open(host, signal);
      const facts = await remote.exec(["sh", "-c", shown.join("; ")], { signal });
      const { name = "" } = plan.clouds[0]?.vms.find((vm) => vm.host === host.name) ?? {};
      const sectors = (openstack?.volume?.sizeGb ?? diskGb) * sectorsPerGb;
      expect(facts.stdout.trim().split("\n")).toEqual([name, "1048576", "active", "0", String(sectors)]);
      // Another key than the pinned one is somebody else.
      const other = { ...host, hostKey: `SHA256:${"A".repeat(43)}` };
      await expect(fleet.open(other, signal)).rejects.toMatchObject({ kind: "refused" });
    }
    const state = await readFile(join(work.path, "terraform/cloud/stacks/load-generators/terraform.tfstate"), "utf8");
    expect(state).not.toContain("PRIVATE KEY");
    return hosts;
  } finally {
    const { items, leftovers } = await fleet.release(context);
    expect(leftovers).toEqual([]);
    // The plan told what would be made, terraform and the cloud's lists what was, and all of it is gone.
    const made = items.map(({ what, made }) => ({ kind: what.replace(/s$/, ""), count: made }));
    expect(made.toSorted(byKind)).toEqual(expected.toSorted(byKind));
    for (const item of items) expect(item.removed, item.what).toBe(item.made);
    expect(journal.owned().clouds).toEqual([]);
    expect(await projectContents()).toEqual(before);
  }
}

const byKind = (a: { kind: string }, b: { kind: string }) => a.kind.localeCompare(b.kind);

test("external: the VM is directly on the provider network", limit, async () => {
  const [host] = await upAndDown({ network: { mode: "external", name: "public" } });
  expect(host?.address).toMatch(/^172\.24\.4\./);
});

test("external, a network of IPv6 alone: pinned, reached and let in by its IPv6 address", limit, async () => {
  const [host] = await upAndDown({ network: { mode: "external", name: "public6" } });
  expect(host?.address).toMatch(/^fd24:4::/);
});

test("booted from a volume: a disk of the size asked for, which is gone with the VM", nightly, async () => {
  await upAndDown({ network: { mode: "external", name: "public" }, volume: { sizeGb: diskGb + 1 } });
});

test("managed, with host keys in user data: a network, a router and a floating IP of its own", limit, async () => {
  const network = { mode: "managed", floatingIpPool: "public", cidr: "10.75.0.0/24" } as const;
  const [host] = await upAndDown({ network }, { hostKeys: "user-data" });
  expect(host?.address).toMatch(/^172\.24\.4\./);
});

test("bastion: the second VM is reached through the first", limit, async () => {
  const network = { mode: "bastion", floatingIpPool: "public", cidr: "10.76.0.0/24" } as const;
  const [first, second] = await upAndDown({ vms: 2, network });
  expect(first).toMatchObject({ proxyJump: null });
  expect(second?.address).toMatch(/^10\.76\.0\./);
  expect(second?.proxyJump).toBe(`lkload@${first?.address}:22`);
});
