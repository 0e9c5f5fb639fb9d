/** What an apply that was killed leaves behind is found and deleted without its state; what is another's stays. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runSelection } from "../../../src/fleet/openstack/inventory.ts";
import { removeRun } from "../../../src/fleet/openstack/remove-run.ts";
import { findLeftovers, sweep } from "../../../src/fleet/openstack/sweep.ts";
import { terraformEnvironment } from "../../../src/fleet/openstack/terraform/environment.ts";
import { parseTerraformLine, type TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import { makeDecoys, projectContents, purgeProject } from "../../lab/openstack/project.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { connectCloud, labStack, type LabStack } from "./lab-stack.ts";

const signal = AbortSignal.timeout(1_200_000);
const managed = {
  mode: "managed",
  floatingIpPool: "public",
  cidr: "10.74.0.0/24",
  dnsServers: [],
  ipv6SubnetPoolId: null,
} as const;

beforeEach(purgeProject, 900_000);
afterEach(purgeProject, 900_000);

/** Runs `terraform apply` and kills it, provider and all, at the first event that is asked for. */
async function applyKilledAt(stack: LabStack, isMoment: (event: TerraformEvent) => boolean): Promise<void> {
  const child = spawn("terraform", ["apply", "-json", "-auto-approve", "-input=false"], {
    cwd: stack.dir,
    env: terraformEnvironment(process.env, stack.cliConfigFile),
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const closed = once(child, "close");
  let killed = false;
  createInterface(child.stdout).on("line", (line) => {
    const event = parseTerraformLine(line);
    if (killed || event === undefined || !isMoment(event) || child.pid === undefined) return;
    killed = true;
    process.kill(-child.pid, "SIGKILL");
  });
  await closed;
  expect(killed).toBe(true);
}

test(
  "SIGKILL in the middle of an apply, no state at hand: all is found and deleted, decoys stay",
  { timeout: 1_200_000 },
  async () => {
    await using work = await tempDir("sweep");
    const stack = await labStack(work.path, managed, { signal });
    await makeDecoys(stack.marks.prefix, stack.marks.runId);
    const before = await projectContents();
    let servers = 0;
    await applyKilledAt(stack, (event) => {
      if (event.type === "started" && event.kind === "openstack_compute_instance_v2") servers += 1;
      return servers === 2 && event.type === "progress";
    });

    const cloud = await connectCloud(signal);
    const selection = runSelection(stack.marks);
    const found = await findLeftovers(cloud, selection, { signal, timeoutMs: 0 });
    const kinds = new Set(found.map(({ kind }) => kind));
    for (const kind of ["server", "port", "router interface", "network", "security group", "key pair"] as const) {
      expect(kinds).toContain(kind);
    }
    const result = await sweep(cloud, selection, { signal, timeoutMs: 300_000 });
    expect(result.left).toEqual([]);
    expect(result.deleted.length).toBeGreaterThanOrEqual(found.length);
    expect(await projectContents()).toEqual(before);
  },
);

test(
  "SIGKILL in the middle of an apply, its state at hand: what it knows and what it does not are both removed",
  { timeout: 1_200_000 },
  async () => {
    await using work = await tempDir("remove");
    const stack = await labStack(work.path, managed, { signal });
    const before = await projectContents();
    // Ports and the router's interface are being made: the state notes them only when they are there.
    await applyKilledAt(stack, (event) => event.type === "started" && event.kind === "openstack_networking_port_v2");

    const cloud = await connectCloud(signal);
    const { terraform, marks } = stack;
    const known = await terraform.stateCount();
    const result = await removeRun({ cloud, selection: runSelection(marks), terraform, parallelism: 10, signal });
    expect(result).toMatchObject({ left: [], destroyed: known });
    expect(await terraform.stateCount()).toBe(0);
    expect(await projectContents()).toEqual(before);
  },
);

test("a run that is not there: nothing is found, nothing is touched", async () => {
  const cloud = await connectCloud(signal);
  const selection = runSelection({ prefix: "lkload", runId: "20200101-000000-aaaa" });
  const result = await sweep(cloud, selection, { signal, timeoutMs: 60_000 });
  expect(result).toEqual({ found: [], deleted: [], left: [] });
});
