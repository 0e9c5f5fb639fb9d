/**
 * lkload and terraform, interrupted or killed while a real cloud makes what they asked for: afterwards `lkload destroy`
 * in the same folder, or `lkload gc` without one, leaves nothing; what is another's stays.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { gcSchema } from "../../src/fleet/openstack/gc-document.ts";
import { runSelection, type ResourceKind } from "../../src/fleet/openstack/inventory.ts";
import type { Cloud } from "../../src/fleet/openstack/rest/cloud.ts";
import { findLeftovers } from "../../src/fleet/openstack/sweep.ts";
import { newRunId } from "../../src/plan/run-id.ts";
import { connectCloud } from "../fleet/openstack/lab-stack.ts";
import { Lkload, lkload } from "../lab/lkload.ts";
import { makeDecoys, projectContents, purgeProject, type ProjectContents } from "../lab/openstack/project.ts";
import { networks, openstackJob, type OpenstackJob } from "./openstack-job.ts";

const signal = AbortSignal.timeout(3_000_000);
const limit = { timeout: 900_000, tags: ["nightly"] };

let job: OpenstackJob;
let cloud: Cloud;
let runId: string;
let before: ProjectContents;

beforeAll(async () => {
  job = await openstackJob();
  job.write({ network: networks.managed });
  cloud = await connectCloud(signal);
}, 900_000);
afterAll(() => job?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await purgeProject();
  runId = newRunId(Date.now(), Math.random);
  await makeDecoys("lkload", runId);
  before = await projectContents();
}, 900_000);
afterEach(purgeProject, 900_000);

const found = (kinds?: readonly ResourceKind[]) =>
  findLeftovers(cloud, runSelection({ prefix: "lkload", runId }), {
    signal,
    timeoutMs: 0,
    ...(kinds === undefined ? {} : { kinds }),
  });

/** Of the terraform that a process has started. */
function terraformOf(pid: number): number {
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
      if (name === "terraform" && Number(parent) === pid) return Number(entry);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`process ${pid} runs no terraform`);
}

/** `lkload run`, and the signal to both as soon as the cloud has one of the kind. */
async function runUntil(kind: ResourceKind, name: "SIGKILL" | "SIGINT"): Promise<{ exitCode: number; stderr: string }> {
  await using command = new Lkload(["run", "--run-id", runId], job);
  const ended = command.exit();
  let over = false;
  void ended.then(() => (over = true));
  while ((await found([kind])).length === 0) {
    if (over) throw new Error(`it ended before:\n${command.stderr}`);
    await delay(200);
  }
  const terraform = terraformOf(command.pid);
  command.kill(name);
  // The provider is in terraform's group.
  process.kill(name === "SIGKILL" ? -terraform : terraform, name);
  return { exitCode: await ended, stderr: command.stderr };
}

async function nothingLeft(): Promise<void> {
  expect(await found()).toEqual([]);
  expect(await projectContents()).toEqual(before);
}

test.each(["server", "port"] as const)(
  "SIGKILL when there is a %s, then destroy in the same folder",
  limit,
  async (kind) => {
    expect((await runUntil(kind, "SIGKILL")).exitCode).toBe(137);
    expect((await found()).length).toBeGreaterThan(0);
    const { exitCode, stderr } = await lkload(["destroy", runId], job);
    expect(exitCode, stderr).toBe(0);
    await nothingLeft();
  },
);

test("SIGKILL when there is a server, the folder is gone, then gc", limit, async () => {
  await runUntil("server", "SIGKILL");
  rmSync(join(job.cwd, ".lkload"), { recursive: true });
  const looked = await lkload(["gc", runId, "--json"], job);
  expect(gcSchema.parse(JSON.parse(looked.stdout)).found.length).toBeGreaterThan(3);
  const { exitCode, stdout, stderr } = await lkload(["gc", runId, "--yes", "--json"], job);
  expect(exitCode, stderr).toBe(0);
  expect(gcSchema.parse(JSON.parse(stdout))).toMatchObject({ acted: true, left: [] });
  await nothingLeft();
});

test.each(["server", "router interface"] as const)(
  "one SIGINT when there is a %s: it cleans up itself, and destroy finds nothing more",
  limit,
  async (kind) => {
    const { exitCode, stderr } = await runUntil(kind, "SIGINT");
    expect(exitCode, stderr).toBe(130);
    const again = await lkload(["destroy", runId], job);
    expect(again.exitCode, again.stderr).toBe(0);
    await nothingLeft();
  },
);

test("one SIGINT when there is a port, the folder is gone, then gc", limit, async () => {
  await runUntil("port", "SIGINT");
  rmSync(join(job.cwd, ".lkload"), { recursive: true });
  const { exitCode, stderr } = await lkload(["gc", runId, "--yes"], job);
  expect(exitCode, stderr).toBe(0);
  await nothingLeft();
});
