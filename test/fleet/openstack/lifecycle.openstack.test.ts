/** The stack's whole life in a real OpenStack: made, reached by known keys alone, removed, nothing left. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configSchema } from "../../../src/config/schema.ts";
import { findLeftovers } from "../../../src/fleet/openstack/sweep.ts";
import { runSelection } from "../../../src/fleet/openstack/inventory.ts";
import { waitForHostKeys } from "../../../src/fleet/openstack/rest/console-host-keys.ts";
import { readVms } from "../../../src/fleet/openstack/terraform/outputs.ts";
import type { TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import { waitUntilReady } from "../../../src/fleet/openstack/ready.ts";
import { openSsh } from "../../../src/remote/ssh.ts";
import { makeTenantNetwork, projectContents, purgeProject, type ProjectContents } from "../../lab/openstack/project.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { connectCloud, labStack, user } from "./lab-stack.ts";

const signal = AbortSignal.timeout(1_200_000);
const call = { signal, timeoutMs: 600_000, parallelism: 10 };
let before: ProjectContents;

beforeEach(async () => {
  await purgeProject();
  await makeTenantNetwork("tenant-net");
  before = await projectContents();
}, 900_000);
afterEach(purgeProject, 900_000);

test("two VMs on a tenant network with floating IPs, from nothing to nothing", { timeout: 1_200_000 }, async () => {
  await using work = await tempDir("lifecycle");
  const events: TerraformEvent[] = [];
  const network = { mode: "existing", network: { name: "tenant-net" }, floatingIpPool: "public" } as const;
  const stack = await labStack(work.path, network, { signal, onEvent: (event) => events.push(event) });
  const { terraform, marks } = stack;
  const planned = await terraform.plan(call);
  await terraform.apply(call);
  expect(await terraform.stateCount()).toBe(planned.length);
  for (const file of ["cdk.tf.json", "terraform.tfstate"]) {
    const text = await readFile(join(stack.dir, file), "utf8");
    expect(text).not.toContain("PRIVATE KEY");
    expect(text).not.toContain(process.env["OS_PASSWORD"]);
  }
  const timed = events.filter((event) => event.type === "completed" && event.kind === "openstack_compute_instance_v2");
  expect(timed).toHaveLength(2);

  const vms = readVms(await terraform.outputs(call));
  expect(vms.map(({ name }) => name)).toEqual(stack.spec.vms.map(({ name }) => name));
  const cloud = await connectCloud(signal);
  const ssh = { ...configSchema.parse({}).ssh, agent: false, home: work.path, agentSocket: undefined };
  await Promise.all(
    vms.map(async (vm) => {
      const keys = await waitForHostKeys(cloud, vm, { signal, timeoutMs: 600_000 });
      const hostKey = keys.find((key) => key.startsWith("ssh-ed25519 "));
      const address = vm.floatingV4 ?? "";
      const host = { name: vm.name, address, user, hostKey, identityFile: stack.identityFile };
      const open = (signal: AbortSignal) => openSsh(host, { settings: ssh, signal });
      await using remote = await waitUntilReady(open, { signal, timeoutMs: 300_000 });
      const facts = await remote.exec(
        ["sh", "-c", "hostname; ulimit -Hn; systemctl is-active lkload-expiry.timer; sudo -n id -u"],
        { signal },
      );
      expect(facts.stdout.trim().split("\n")).toEqual([vm.name, "1048576", "active", "0"]);
      await expect(
        openSsh({ ...host, hostKey: `SHA256:${"A".repeat(43)}` }, { settings: ssh, signal }),
      ).rejects.toMatchObject({ kind: "refused" });
    }),
  );

  await terraform.destroy(call);
  expect(await terraform.stateCount()).toBe(0);
  expect(await findLeftovers(cloud, runSelection(marks), { signal, timeoutMs: 0 })).toEqual([]);
  expect(await projectContents()).toEqual(before);
});
