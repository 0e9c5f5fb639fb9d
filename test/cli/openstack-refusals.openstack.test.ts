/** What a real cloud can't give: told by doctor, plan and run in the same words, before anything is made, or after. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { doctorSchema } from "../../src/doctor/document.ts";
import { lkload } from "../lab/lkload.ts";
import {
  makeTenantNetwork,
  projectContents,
  projectEnv,
  purgeProject,
  withFloatingIps,
  withQuota,
  type ProjectContents,
} from "../lab/openstack/project.ts";
import { networks, openstackJob, type OpenstackJob } from "./openstack-job.ts";

let job: OpenstackJob;
let before: ProjectContents;

beforeAll(async () => {
  await purgeProject();
  await makeTenantNetwork("tenant-net");
  before = await projectContents();
  job = await openstackJob();
}, 900_000);
beforeEach(() => job.write({ network: networks.external }));
afterAll(async () => {
  await job?.[Symbol.asyncDispose]();
  await purgeProject();
}, 900_000);

const project = () => projectEnv()["OS_PROJECT_NAME"];
const call = (...args: string[]) => lkload(args, job);

async function doctor() {
  const { exitCode, stdout, stderr } = await call("doctor", "--json");
  const { checks } = doctorSchema.parse(JSON.parse(stdout));
  return { exitCode, stderr, checks, of: (name: string) => checks.find((check) => check.name === name) };
}

/** The same words from all three, and nothing made. */
async function refused(name: string, words: RegExp): Promise<void> {
  const told = await doctor();
  expect(told.of(name)).toMatchObject({ status: "problem", seen: expect.stringMatching(words) as string });
  const planned = await call("plan", "--check", "--json");
  const { warnings } = JSON.parse(planned.stdout) as { warnings: string[] };
  expect(warnings.join("\n")).toMatch(words);
  const ran = await call("run");
  expect([told.exitCode, planned.exitCode, ran.exitCode]).toEqual([5, 5, 5]);
  expect(ran.stderr).toMatch(words);
  expect(existsSync(join(job.cwd, ".lkload"))).toBe(false);
  expect(await projectContents()).toEqual(before);
}

test.each(["external", "existing", "managed"] as const)(
  "doctor finds everything that mode %s needs",
  async (mode) => {
    job.write({ network: networks[mode] });
    const { exitCode, stderr, checks, of } = await doctor();
    expect(checks.filter(({ status }) => status === "problem")).toEqual([]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(of("terraform")?.seen).toMatch(/^(terraform|tofu) \d/);
    expect(of("provider")?.seen).toContain("terraform-provider-openstack/openstack 3.4.0");
    expect(of("credentials")?.seen).toContain(`project ${project()}`);
    expect(of("flavor")?.seen).toBe("lab.small: 1 vCPU, 512 MB");
    expect(of("compute quota")?.seen).toMatch(/2 of \d+ instances/);
    expect(of("network quota")?.seen).toMatch(/\d+ of \d+ ports/);
    expect(await projectContents()).toEqual(before);
  },
  300_000,
);

test("quota exceeded: which, needed, left, in use, limit", async () => {
  await using _ = await withQuota("instances=1");
  await refused("compute quota", /quota exceeded: instances: 2 needed, 1 left \(0 of 1 in use\)/);
}, 300_000);

test("quotas of volumes, told by Cinder", async () => {
  job.write({ network: networks.external, volume: { sizeGb: 4 } });
  const { exitCode, of } = await doctor();
  expect([exitCode, of("volume quota")?.seen]).toEqual([
    0,
    expect.stringMatching(/2 of \d+ volumes, 8 of \d+ GB of volumes/),
  ]);
  await using _ = await withQuota("volumes=1");
  await refused("volume quota", /volumes: 2 needed, 1 left \(0 of 1 in use\)/);
}, 300_000);

test("a flavor that is not there: the nearest names", async () => {
  job.write({ network: networks.external, flavor: "lab.smal" });
  await refused("flavor", /has no flavor called lab\.smal/);
  expect((await doctor()).of("flavor")).toMatchObject({
    remedy: expect.stringMatching(/lab\.small.*lab\.(medium|large)/) as string,
  });
}, 300_000);

test("floating IPs over the quota", async () => {
  job.write({ network: networks.existing });
  await using _ = await withQuota("floatingip=1");
  await refused("network quota", /floating IPs: 2 needed, 1 left \(0 of 1 in use\)/);
}, 300_000);

test("wrong password: once, in Keystone's words", async () => {
  const env = { ...job.env, OS_PASSWORD: "wrong" };
  const { exitCode, stderr } = await lkload(["run"], { cwd: job.cwd, env });
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(/Keystone refuses: The request you have made requires authentication/);
  expect(existsSync(join(job.cwd, ".lkload"))).toBe(false);
}, 300_000);

test("floating IPs that run out while VMs are made: the cloud's words, exit 5, and nothing left", async () => {
  job.write({ network: networks.existing });
  await using _ = await withFloatingIps(1);
  const { exitCode, stderr } = await call("run");
  expect(stderr).toMatch(/No more IP addresses available on network/);
  expect(exitCode).toBe(5);
  expect(await projectContents()).toEqual(before);
}, 900_000);
