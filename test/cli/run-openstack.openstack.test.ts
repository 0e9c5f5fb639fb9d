/** The main job on VMs that are made for it in a real OpenStack and destroyed after it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { resultSchema, teardownSchema, type Reason, type Result } from "../../src/metrics/result.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { lkload, runFolderIn } from "../lab/lkload.ts";
import { controllerAddress, pathWithLkload, smallestLoad, writeJob } from "../lab/openstack/job.ts";
import {
  makeTenantNetwork,
  projectContents,
  projectEnv,
  purgeProject,
  withFlavorForOne,
  withSecondProject,
  type ProjectContents,
} from "../lab/openstack/project.ts";

const limit = { timeout: 900_000 };
const twice = { timeout: 1_800_000 };
const nightly = { ...limit, tags: ["nightly"] };

let server: LivekitServer;
let root: string;
let cwd: string;
let before: ProjectContents;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lkload-vms-"));
  await purgeProject();
  await makeTenantNetwork("tenant-net");
  before = await projectContents();
  server = await startLivekitServer({ bindAddress: controllerAddress });
}, 900_000);

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await purgeProject();
  rmSync(root, { recursive: true, force: true });
}, 900_000);

beforeEach(() => {
  cwd = mkdtempSync(join(root, "job-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function run(...args: string[]) {
  return lkload(args, { cwd, env: { ...projectEnv(), ...server.env } });
}

/** The commands of the README's section, word by word, with the lab's rc file and nothing else of the cloud at hand. */
async function followReadme() {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const script = /^### On OpenStack\n[^]*?^```sh\n([^]*?)^```$/m.exec(readme)?.[1] ?? "";
  expect(script).toContain("lkload run  --vms 2 --participants 8");
  const { HOME = "" } = process.env;
  const env = { PATH: await pathWithLkload(cwd), HOME, ...server.env };
  const child = spawn("bash", ["-e", "-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: exitCode as number | null, stdout, stderr };
}

const runDir = () => runFolderIn(cwd);

const textOf = (file: string) => readFileSync(join(runDir(), file), "utf8");
const resultOf = (): Result => resultSchema.parse(JSON.parse(textOf("result.json")));
const teardownOf = () => teardownSchema.parse(JSON.parse(textOf("teardown.json")));

/** By the cloud's own client, and by the proof that the run has left: what was made is gone, kind by kind. */
async function expectNothingLeft(kinds: readonly string[]): Promise<void> {
  expect(await projectContents()).toEqual(before);
  const { complete, leftovers, items } = teardownOf();
  expect({ complete, leftovers }).toEqual({ complete: true, leftovers: [] });
  for (const kind of kinds) {
    const item = items.find(({ what }) => what.replace(/s$/, "") === kind);
    expect(item, `${kind} of ${JSON.stringify(items)}`).toBeDefined();
    expect(item?.removed, kind).toBe(item?.made);
  }
  expect(globSync(join(runDir(), "ssh/*"))).toEqual([]);
}

/** Nothing secret in what is kept: neither the cloud's password nor LiveKit's secret nor a private key. */
function expectNoSecrets(output: string): void {
  const secrets = [server.apiSecret, projectEnv()["OS_PASSWORD"] ?? ""];
  for (const file of globSync(join(runDir(), "**/*"), { withFileTypes: true })) {
    if (!file.isFile() || file.name.endsWith(".tar.gz")) continue;
    const text = readFileSync(join(file.parentPath, file.name), "latin1");
    for (const secret of [...secrets, "PRIVATE KEY-----"]) expect(text.includes(secret), file.name).toBe(false);
  }
  for (const secret of secrets) expect(output).not.toContain(secret);
}

const readmeKinds = ["server", "port", "floating IP", "security group", "server group", "key pair"];
/** What a machine that stands still for some seconds does to its emulated VMs. */
const unfit = new Set<Reason["kind"]>(["saturated", "coverage"]);

/** Again, once, where lkload says of the first run that the VMs were not fit to measure: then that run left nothing. */
async function followReadmeOnFitVms() {
  const first = await followReadme();
  const { status, reasons } = resultOf().verdict;
  if (status !== "invalid" || !reasons.some(({ kind }) => unfit.has(kind))) return first;
  console.warn(`The README's job is run again: ${reasons.map(({ text }) => text).join("; ")}`);
  expect(first.exitCode, first.stderr).toBe(4);
  await expectNothingLeft(readmeKinds);
  rmSync(join(cwd, ".lkload"), { recursive: true });
  return followReadme();
}

test("two VMs with 8 participants each, as the README says it: a verdict, a report, nothing left", twice, async () => {
  await writeJob(cwd);
  const { exitCode, stdout, stderr } = await followReadmeOnFitVms();
  const result = resultOf();
  expect([exitCode, result.verdict.status], stderr + stdout).toEqual([0, "pass"]);
  expect(result.totals.participants).toMatchObject({ intended: 16, joined: 16 });
  expect(result.hosts.map(({ status }) => status)).toEqual(["finished", "finished"]);
  for (const { boot, configured } of result.hosts) {
    expect(boot?.createMs).toBeGreaterThan(0);
    expect(boot?.sshMs).toBeGreaterThan(0);
    expect(boot?.readyMs).toBeGreaterThanOrEqual(boot?.sshMs ?? 0);
    // A kernel of its own, that it may tune.
    expect(configured?.tuning.applied).toBe(true);
    expect(configured?.tuning.knobs.some(({ state }) => state === "changed")).toBe(true);
  }
  await expectNothingLeft(readmeKinds);
  expectNoSecrets(stdout + stderr);
  expect(textOf("report.html")).toContain("Nothing is left behind");
  expect((await run("runs")).stdout).toMatch(/ended\s+pass\s+nothing/);
});

test("more participants than the VM can carry: invalid, with the VM and the reason", nightly, async () => {
  await writeJob(cwd, { load: { participants: 20, publishers: 4, videoResolution: "low", duration: "30s" } });
  const { exitCode, stdout, stderr } = await run("run", "--vms", "1");
  expect(exitCode, stderr + stdout).toBe(4);
  const { verdict } = resultOf();
  expect(verdict.status).toBe("invalid");
  expect(
    verdict.reasons.find(({ kind }) => kind === "saturated"),
    stdout,
  ).toMatchObject({ host: "vm-01" });
  expect(stdout).toMatch(/vm-01 was saturated: core 0 was above 85 %/);
  await expectNothingLeft(["server", "port", "floating IP"]);
});

test("a VM that never answers SSH: exit 5, its name and what was tried, and nothing left", nightly, async () => {
  // Let in from somewhere else alone.
  await writeJob(cwd, { openstack: { sshFrom: ["192.0.2.1/32"], bootTimeout: "100s" } });
  const { exitCode, stderr } = await run("run", "--vms", "1");
  expect(exitCode, stderr).toBe(5);
  expect(stderr).toMatch(
    /1 of 1 VMs cannot be used:\n {2}vm-01: .*(no SSH session with|no answer from|printed no SSH host keys)/,
  );
  await expectNothingLeft(["server", "port", "floating IP"]);
});

test("room for one of two VMs: with --min-vms 1 the run goes on with it, and says so", nightly, async () => {
  await using _ = await withFlavorForOne("lab.one");
  await writeJob(cwd, { openstack: { flavor: "lab.one" } });
  const { stderr } = await run("run", "--vms", "2", "--min-vms", "1");
  const { hosts, totals } = resultOf();
  expect(hosts.map(({ status }) => status).sort(), stderr).toEqual(["finished", "unused"]);
  expect(totals.hosts).toEqual({ intended: 2, finished: 1 });
  expect(totals.participants).toMatchObject({ joined: 8 });
  const missing = hosts.find(({ status }) => status === "unused");
  // Nova's own words, from the server's fault.
  expect(missing?.error).toMatch(/No valid host was found/);
  expect(stderr).toMatch(new RegExp(`${missing?.name}: not used: .*No valid host was found`));
  await expectNothingLeft(["server", "port", "floating IP"]);
});

test("two clouds: a stack in each, one fleet, and nothing left in either", nightly, async () => {
  await using _ = await withSecondProject("second");
  const beforeSecond = await projectContents("second");
  await writeJob(cwd, {
    load: smallestLoad,
    openstack: {
      clouds: [
        { cloud: "first", vms: 1 },
        { cloud: "second", vms: 1 },
      ],
      network: { mode: "managed", floatingIpPool: "public", cidr: "10.74.0.0/24" },
    },
  });
  const { OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_REGION_NAME } = projectEnv();
  const cloudOf = (project: string) => ({
    auth: {
      auth_url: OS_AUTH_URL,
      username: OS_USERNAME,
      password: OS_PASSWORD,
      project_name: project,
      user_domain_name: "Default",
      project_domain_name: "Default",
    },
    region_name: OS_REGION_NAME,
  });
  writeFileSync(
    join(cwd, "clouds.yaml"),
    stringify({ clouds: { first: cloudOf("demo"), second: cloudOf("second") } }),
    { mode: 0o600 },
  );
  const { exitCode, stdout, stderr } = await lkload(["run"], { cwd, env: server.env });
  expect(exitCode, stderr + stdout).toBe(0);
  const { hosts, totals } = resultOf();
  expect(hosts.map(({ status }) => status)).toEqual(["finished", "finished"]);
  expect(totals.participants).toMatchObject({ intended: 4, joined: 4 });
  await expectNothingLeft(["server", "port", "floating IP", "network", "subnet", "router", "key pair"]);
  expect(await projectContents("second")).toEqual(beforeSecond);
});
