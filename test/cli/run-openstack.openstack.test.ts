/** The main job on VMs that are made for it in a real OpenStack and destroyed after it. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { resultSchema, teardownSchema, type Result } from "../../src/metrics/result.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { lkload } from "../lab/lkload.ts";
import {
  makeTenantNetwork,
  projectContents,
  projectEnv,
  purgeProject,
  type ProjectContents,
} from "../lab/openstack/project.ts";
import { ensureProvider } from "../lab/openstack/provider.ts";

const limit = { timeout: 900_000 };
/** Of this machine, as the VMs see it. */
const controller = "172.24.4.1";

let server: LivekitServer;
let root: string;
let lk: string;
let mirror: string;
let cwd: string;
let before: ProjectContents;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lkload-vms-"));
  lk = await ensureLk();
  mirror = (await ensureProvider()).path;
  await purgeProject();
  await makeTenantNetwork("tenant-net");
  before = await projectContents();
  server = await startLivekitServer({ bindAddress: controller });
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

const existing = { mode: "existing", name: "tenant-net", floatingIpPool: "public" } as const;

function configure(openstack: Record<string, unknown>, others: Record<string, unknown> = {}): void {
  writeFileSync(
    join(cwd, "lkload.yaml"),
    stringify({
      livekit: { cli: { source: "path", path: lk } },
      // Without audio, whose 50 packets a second are what an emulated processor has its work with.
      load: { participants: 8, publishers: 1, audioPublishers: 0, videoResolution: "low", duration: "30s" },
      openstack: {
        flavor: "lab.small",
        image: "debian-12",
        network: existing,
        terraform: { mirror },
        bootTimeout: "6m",
        ...openstack,
      },
      ...others,
    }),
  );
}

async function run(...args: string[]) {
  const env = {
    ...projectEnv(),
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  return lkload(args, { cwd, env });
}

function runDir(): string {
  const [dir] = globSync(join(cwd, ".lkload/runs/*"));
  if (dir === undefined) throw new Error("no run folder");
  return dir;
}

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

test("two VMs with 8 participants each: a verdict, a report, and nothing left", limit, async () => {
  configure({});
  const { exitCode, stdout, stderr } = await run("run", "--vms", "2");
  expect(exitCode, stderr + stdout).toBe(0);
  const result = resultOf();
  expect(result.verdict.status).toBe("pass");
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
  await expectNothingLeft(["server", "port", "floating IP", "security group", "server group", "key pair"]);
  expectNoSecrets(stdout + stderr);
  expect(textOf("report.html")).toContain("Nothing is left behind");
  expect((await run("runs")).stdout).toMatch(/ended\s+pass\s+nothing/);
});

test("more participants than the VM can carry: invalid, with the VM and the reason", limit, async () => {
  configure({}, { load: { participants: 20, publishers: 4, videoResolution: "low", duration: "30s" } });
  const { exitCode, stdout, stderr } = await run("run", "--vms", "1");
  expect(exitCode, stderr + stdout).toBe(4);
  const { verdict } = resultOf();
  expect(verdict.status).toBe("invalid");
  expect(verdict.reasons.find(({ kind }) => kind === "saturated")).toMatchObject({ host: "vm-01" });
  expect(stdout).toMatch(/vm-01 was saturated: core 0 was above 85 %/);
  await expectNothingLeft(["server", "port", "floating IP"]);
});

test("a VM that never answers SSH: exit 5, its name and what was tried, and nothing left", limit, async () => {
  // Let in from somewhere else alone.
  configure({ sshFrom: ["192.0.2.1/32"], bootTimeout: "100s" });
  const { exitCode, stderr } = await run("run", "--vms", "1");
  expect(exitCode, stderr).toBe(5);
  expect(stderr).toMatch(
    /1 of 1 VMs cannot be used:\n {2}vm-01: .*(no SSH session with|no answer from|printed no SSH host keys)/,
  );
  await expectNothingLeft(["server", "port", "floating IP"]);
});
