/** What an apply that was killed leaves behind is found and deleted, with and without its state; what is another's stays. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runSelection, type ResourceKind } from "../../../src/fleet/openstack/inventory.ts";
import { removeRun } from "../../../src/fleet/openstack/remove-run.ts";
import type { Cloud } from "../../../src/fleet/openstack/rest/cloud.ts";
import { findLeftovers, sweep } from "../../../src/fleet/openstack/sweep.ts";
import { terraformEnvironment } from "../../../src/fleet/openstack/terraform/environment.ts";
import { makeDecoys, projectContents, purgeProject } from "../../lab/openstack/project.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { connectCloud, labStack, type LabStack } from "./lab-stack.ts";

const signal = AbortSignal.timeout(2_400_000);
const limit = { timeout: 1_200_000 };
const managed = {
  mode: "managed",
  floatingIpPool: "public",
  cidr: "10.74.0.0/24",
  dnsServers: [],
  ipv6SubnetPoolId: null,
} as const;

beforeEach(purgeProject, 900_000);
afterEach(purgeProject, 900_000);

/** Runs `terraform apply` and kills it, provider and all, as soon as the cloud has one of each kind. */
async function applyKilledAt(stack: LabStack, cloud: Cloud, kinds: readonly ResourceKind[]): Promise<void> {
  const child = spawn("terraform", ["apply", "-json", "-auto-approve", "-input=false"], {
    cwd: stack.dir,
    env: terraformEnvironment(process.env, stack.cliConfigFile),
    stdio: "ignore",
    detached: true,
  });
  const closed = once(child, "close");
  const selection = runSelection(stack.marks);
  for (let there = new Set(); there.size < kinds.length;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error("terraform ended before it was killed");
    await delay(200);
    const found = await findLeftovers(cloud, selection, { signal, timeoutMs: 0, kinds });
    there = new Set(found.map(({ kind }) => kind));
  }
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await closed;
  expect(child.signalCode).toBe("SIGKILL");
}

test(
  "SIGKILL while servers are being built, no state at hand: all is found and deleted, decoys stay",
  limit,
  async () => {
    await using work = await tempDir("sweep");
    const stack = await labStack(work.path, managed, { signal });
    await makeDecoys(stack.marks.prefix, stack.marks.runId);
    const before = await projectContents();
    const cloud = await connectCloud(signal);
    await applyKilledAt(stack, cloud, ["server", "router interface"]);

    const selection = runSelection(stack.marks);
    const found = await findLeftovers(cloud, selection, { signal, timeoutMs: 0 });
    const kinds = new Set(found.map(({ kind }) => kind));
    for (const kind of ["server", "port", "router interface", "network", "security group", "key pair"] as const) {
      expect(kinds).toContain(kind);
    }
    const result = await sweep(cloud, selection, { signal, timeoutMs: 300_000, settleMs: 5000 });
    expect(result.left).toEqual([]);
    expect(result.deleted.length).toBeGreaterThanOrEqual(found.length);
    expect(await projectContents()).toEqual(before);
  },
);

test(
  "SIGKILL while volumes are being filled, no state at hand: Cinder refuses until it is done, then they go",
  limit,
  async () => {
    await using work = await tempDir("volumes");
    const changes = { bootVolume: { sizeGb: 3, type: null } };
    const stack = await labStack(work.path, { mode: "external", network: { name: "public" } }, { signal, changes });
    await makeDecoys(stack.marks.prefix, stack.marks.runId);
    const before = await projectContents();
    const cloud = await connectCloud(signal);
    await applyKilledAt(stack, cloud, ["volume"]);

    const selection = runSelection(stack.marks);
    const { deleted, left } = await sweep(cloud, selection, { signal, timeoutMs: 300_000, settleMs: 5000 });
    expect(left).toEqual([]);
    expect(deleted.map(({ kind }) => kind)).toContain("volume");
    expect(await projectContents()).toEqual(before);
  },
);

test(
  "SIGKILL while ports are being made: what the state knows and what it does not are both removed",
  limit,
  async () => {
    await using work = await tempDir("remove");
    const stack = await labStack(work.path, managed, { signal });
    const before = await projectContents();
    const cloud = await connectCloud(signal);
    await applyKilledAt(stack, cloud, ["port"]);

    const { terraform, marks } = stack;
    const known = await terraform.stateCount();
    const result = await removeRun({ cloud, selection: runSelection(marks), terraform, parallelism: 10, signal });
    expect(result).toMatchObject({ left: [], destroyed: known });
    expect(await terraform.stateCount()).toBe(0);
    expect(await projectContents()).toEqual(before);
  },
);

test("a run that is not there: nothing is found, nothing is touched", limit, async () => {
  const cloud = await connectCloud(signal);
  const selection = runSelection({ prefix: "lkload", runId: "20200101-000000-aaaa" });
  const result = await sweep(cloud, selection, { signal, timeoutMs: 60_000 });
  expect(result).toEqual({ found: [], deleted: [], left: [] });
});
