/** The main job, whole and real: three SSH hosts, lk, livekit-server, and the `lkload` command in its own process. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { resultSchema, teardownSchema, type Result } from "../../src/metrics/result.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLabHosts, type LabHosts } from "../lab/hosts.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { Lkload, lkload, runFolderIn } from "../lab/lkload.ts";
import { runCommand } from "../lab/run-command.ts";

let lab: LabHosts;
let server: LivekitServer;
let lk: string;
let root: string;
let cwd: string;
let env: Record<string, string>;

/** Another kernel than this machine's would be needed to see them apart, but what was changed must be put back. */
const watchedSettings = ["fs/file-max", "fs/nr_open", "net/core/rmem_max", "net/core/wmem_max", "net/core/somaxconn"];
let settingsBefore: string;

const settings = () =>
  watchedSettings
    .map((name) => `/proc/sys/${name}`)
    .filter((path) => existsSync(path))
    .map((path) => `${path} ${readFileSync(path, "utf8")}`)
    .join("");

/** Processes that carry a generator's mark, by their environment. */
const generators = () =>
  globSync("/proc/[0-9]*/environ").filter((path) => {
    try {
      return readFileSync(path, "latin1").includes(`LKLOAD_GENERATOR=/var/tmp/lkload-0/runs/`);
    } catch {
      return false;
    }
  });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lkload-run-"));
  [lab, lk] = await Promise.all([
    startLabHosts({ count: 4, host: (index) => (index === 1 ? { clockOffsetSeconds: 2 } : {}) }),
    ensureLk(),
  ]);
  server = await startLivekitServer({ bindAddress: lab.controllerAddress });
  settingsBefore = settings();
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await lab?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

beforeEach(() => {
  cwd = mkdtempSync(join(root, "job-"));
  env = server.env;
  configure({});
});

/**
 * Writes `lkload.yaml`: three hosts and a load that two cores carry with ease. With metrics a run waits half a minute
 * for the server's last statistics.
 */
function configure(changes: { metrics?: boolean; hosts?: number[]; [key: string]: unknown }): void {
  const { metrics = false, hosts = [0, 1, 2], ...rest } = changes;
  mkdirSync(cwd, { recursive: true });
  writeFileSync(
    join(cwd, "lkload.yaml"),
    stringify({
      livekit: { metrics: metrics ? [server.metricsUrl] : [], cli: { source: "path", path: lk } },
      load: { participants: 3, publishers: 1, videoPublishers: 1, videoResolution: "low", duration: "20s" },
      fleet: { hosts: hosts.map((index) => `root@${lab.hosts[index]?.address}`) },
      ssh: { identityFile: lab.identityFile, knownHosts: lab.knownHostsFile, agent: false, configFile: "none" },
      ...rest,
    }),
  );
}

const runDir = () => runFolderIn(cwd);
const resultOf = (): Result => resultSchema.parse(JSON.parse(readFileSync(join(runDir(), "result.json"), "utf8")));
const teardownOf = () => teardownSchema.parse(JSON.parse(readFileSync(join(runDir(), "teardown.json"), "utf8")));

function expectNothingLeft(): void {
  expect(generators()).toEqual([]);
  expect(existsSync("/var/tmp/lkload-0")).toBe(false);
  expect(settings()).toBe(settingsBefore);
}

/** Nothing that was stored or shown may hold the secret or an access token. */
function expectNoSecrets(output: string): void {
  const found = spawnSync("grep", ["-rlaE", `${server.apiSecret}|eyJ[A-Za-z0-9_-]{10,}[.]`, runDir()], {
    encoding: "utf8",
  });
  expect(found).toMatchObject({ status: 1, stdout: "" });
  expect(output).not.toContain(server.apiSecret);
}

test("three hosts: exit 0, the report agrees with the server, and nothing is left", async () => {
  configure({ metrics: true });
  const { exitCode, stdout, stderr } = await lkload(["run"], { cwd, env });
  expect(exitCode, stderr + stdout).toBe(0);
  expect(stdout).toMatch(/PASS/);

  const result = resultOf();
  expect(result.verdict.status).toBe("pass");
  expect(result.totals).toMatchObject({
    hosts: { intended: 3, finished: 3 },
    participants: { intended: 9, joined: 9 },
    publishers: { intended: 3, joined: 3 },
    subscribers: { intended: 6, joined: 6 },
    tracks: { expectedMin: 12, expectedMax: 12, subscribed: 12 },
    rooms: 3,
    serverParticipantsPeak: 9,
  });
  expect(result.livekit.serverVersion).toMatch(/^\d+\.\d+/);
  expect(result.media.loss?.value).toBeLessThan(0.01);
  expect(result.phases.steady?.durationMs).toBeGreaterThan(18_000);

  // The server's own counts, asked for without lkload.
  const metrics = await (await fetch(server.metricsUrl)).text();
  const counted = (name: string) =>
    [...metrics.matchAll(new RegExp(`^${name}\\{([^}]*)\\} (\\S+)$`, "gm"))].map(([, labels = "", value]) => ({
      labels,
      value: Number(value),
    }));
  const packetsOut = counted("livekit_packet_total").filter(({ labels }) => labels.includes('direction="outgoing"'));
  expect(result.media.packetsOut).not.toBeNull();
  expect(result.media.packetsOut ?? 0).toBeLessThanOrEqual(packetsOut.reduce((sum, { value }) => sum + value, 0));
  expect(result.media.packetsOut ?? 0).toBeGreaterThan(1000);

  // One host's clock is 2 s ahead: it is found out, and starts with the others all the same.
  const offsets = result.hosts.map((host) => host.clockBefore?.offsetMs ?? Number.NaN);
  expect(offsets.filter((offset) => Math.abs(offset - 2000) < 20)).toHaveLength(1);
  expect(offsets.filter((offset) => Math.abs(offset) < 20)).toHaveLength(2);
  expect(result.start.skewMs).toBeLessThan(50);

  expect(teardownOf()).toMatchObject({ complete: true, leftovers: [] });
  for (const name of ["report.html", "report.md", "junit.xml", "samples.csv", "run.log", "journal.ndjson"]) {
    expect(existsSync(join(runDir(), name)), name).toBe(true);
  }
  expectNoSecrets(stdout + stderr);
  expectNothingLeft();

  // The same raw files give the same result, to the byte; and every report can be made again.
  const before = readFileSync(join(runDir(), "result.json"));
  expect((await lkload(["analyse"], { cwd, env })).exitCode).toBe(0);
  expect(readFileSync(join(runDir(), "result.json")).equals(before)).toBe(true);
});

test("a threshold that cannot be kept: exit 3, naming it", async () => {
  configure({ metrics: true });
  const { exitCode, stdout } = await lkload(["run", "--threshold", "trackSubscribeP50<=0.01ms"], { cwd, env });
  expect(exitCode, stdout).toBe(3);
  expect(resultOf().thresholds.find((t) => t.metric === "trackSubscribeP50")).toMatchObject({
    status: "failed",
    origin: "user",
  });
  expectNothingLeft();
});

test("cores that are busy with something else: exit 4, naming host and core", async () => {
  const hogs = [0, 1].map((core) =>
    spawn("taskset", ["-c", String(core), "sh", "-c", "while :; do :; done"], { stdio: "ignore" }),
  );
  try {
    const { exitCode, stdout } = await lkload(["run"], { cwd, env });
    expect(exitCode, stdout).toBe(4);
    expect(stdout).toMatch(/INVALID/);
    const saturated = resultOf().verdict.reasons.find((reason) => reason.kind === "saturated");
    expect(saturated?.text).toMatch(/core \d/);
    expect(saturated?.host).not.toBeNull();
  } finally {
    for (const hog of hogs) hog.kill("SIGKILL");
  }
  expectNothingLeft();
});

test.each([
  [
    "a wrong secret",
    () => ({ LIVEKIT_API_SECRET: "not-the-secret-but-as-long-as-it-must-be" }),
    /refused the API key or secret/,
  ],
  ["a port where nobody listens", () => ({ LIVEKIT_URL: server.url.replace(/\d+$/, "9") }), /cannot be reached/],
])("%s: exit 5 within 15 s, before any host is touched", async (_, changed, reason) => {
  const startedAt = performance.now();
  const { exitCode, stderr } = await lkload(["run"], { cwd, env: { ...env, ...changed() } });
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect(exitCode, stderr).toBe(5);
  expect(stderr).toMatch(reason);
  expect(existsSync(join(runDir(), "hosts.json"))).toBe(false);
  expectNothingLeft();
});

test("Ctrl-C in the load: exit 130, a report of what was measured, nothing left", async () => {
  await using command = new Lkload(["run", "--duration", "5m"], { cwd, env });
  await command.until(/joined 9\/9/);
  const interruptedAt = performance.now();
  command.kill("SIGINT");
  expect(await command.exit(), command.stderr).toBe(130);
  expect(performance.now() - interruptedAt).toBeLessThan(60_000);
  expect(resultOf().verdict).toMatchObject({ status: "invalid" });
  expect(resultOf().verdict.reasons.map((reason) => reason.kind)).toContain("interrupted");
  expect(resultOf().totals.participants.joined).toBe(9);
  expectNothingLeft();
});

test("lkload killed in the load: `runs` tells what is owned, `destroy` removes it, and again", async () => {
  {
    await using command = new Lkload(["run", "--duration", "5m"], { cwd, env });
    await command.until(/joined 9\/9/);
    command.kill("SIGKILL");
    await command.exit();
  }
  expect(generators().length).toBeGreaterThan(0);
  const [run] = JSON.parse((await lkload(["runs", "--json"], { cwd })).stdout);
  expect(run).toMatchObject({ state: "broken off", phase: "load" });
  expect(run.owned.hosts).toHaveLength(3);
  expect(run.owned.rooms).toHaveLength(3);

  const destroyed = await lkload(["destroy"], { cwd, env });
  expect(destroyed.exitCode, destroyed.stderr).toBe(0);
  expectNothingLeft();
  expect((await lkload(["destroy", "--all"], { cwd, env })).exitCode).toBe(0);
  expect((await lkload(["destroy", run.runId], { cwd, env })).exitCode).toBe(0);
});

test("SSH connections that break in the load are opened again, and nothing is lost", async () => {
  await using command = new Lkload(["run"], { cwd, env });
  await command.until(/joined 9\/9/);
  for (const host of lab.hosts.slice(0, 3)) {
    // The listener's children are the sessions: lkload's one connection to this host.
    const sessions = readFileSync(`/proc/${host.pid}/task/${host.pid}/children`, "utf8").split(" ").filter(Boolean);
    expect(sessions.length).toBeGreaterThan(0);
    for (const pid of sessions) process.kill(Number(pid), "SIGKILL");
  }
  expect([0, 4], command.stderr).toContain(await command.exit());
  const result = resultOf();
  expect(result.totals.hosts).toEqual({ intended: 3, finished: 3 });
  expect(result.verdict.reasons.map((reason) => reason.kind)).not.toContain("lost-host");
  expect(readFileSync(join(runDir(), "run.log"), "utf8")).toContain("lost the host's stream");
  for (const host of result.hosts) expect(host.samples).toBeGreaterThanOrEqual(host.samplesExpected - 1);
  expectNothingLeft();
});

test("one dead host of three: exit 5 naming it; with --min-hosts 2 the run goes on and says so", async () => {
  const dead = lab.hosts[3];
  if (!dead) throw new Error("no fourth host");
  await lab.cut(dead);
  try {
    configure({
      hosts: [0, 2, 3],
      ssh: {
        identityFile: lab.identityFile,
        knownHosts: lab.knownHostsFile,
        agent: false,
        configFile: "none",
        connectTimeout: "8s",
      },
    });
    const refused = await lkload(["run"], { cwd, env });
    expect(refused.exitCode, refused.stderr).toBe(5);
    expect(refused.stderr).toContain(dead.address.replaceAll(".", "-"));
    expect(refused.stderr).toContain("--min-hosts 2");
    expectNothingLeft();

    rmSync(join(cwd, ".lkload"), { recursive: true });
    const fewer = await lkload(["run", "--min-hosts", "2"], { cwd, env });
    expect(
      resultOf().hosts.filter((host) => host.status === "finished"),
      fewer.stderr,
    ).toHaveLength(2);
    expect(resultOf().totals.hosts).toEqual({ intended: 3, finished: 2 });
    expectNothingLeft();
  } finally {
    await lab.mend(dead);
  }
});

test("--keep leaves the hosts as they are, and `destroy` takes it all away", async () => {
  const { exitCode, stderr } = await lkload(["run", "--keep", "--duration", "5s"], { cwd, env });
  expect([0, 4], stderr).toContain(exitCode);
  expect(stderr).toContain("lkload destroy");
  expect(existsSync("/var/tmp/lkload-0")).toBe(true);
  expect((await lkload(["destroy"], { cwd, env })).exitCode).toBe(0);
  expect(teardownOf()).toMatchObject({ complete: true });
  expectNothingLeft();
});

async function nft(index: number, commands: string): Promise<void> {
  const host = lab.hosts[index];
  if (!host) throw new Error(`no host ${index}`);
  await lab.runOn(host, "nft", commands);
}

test("hosts behind a jump host: exit 0, and nothing left", async () => {
  const jump = lab.hosts[3];
  if (!jump) throw new Error("no fourth host");
  configure({
    hosts: [0, 2],
    ssh: {
      identityFile: lab.identityFile,
      knownHosts: lab.knownHostsFile,
      agent: false,
      configFile: "none",
      proxyJump: `root@${jump.address}`,
    },
  });
  // No other way leads there.
  for (const index of [0, 2]) {
    await nft(index, "add table inet onlyjump; add chain inet onlyjump input { type filter hook input priority 0; }");
    await nft(index, `add rule inet onlyjump input tcp dport 22 ip saddr ${lab.controllerAddress} counter reject`);
  }
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      for (const index of [0, 2]) await nft(index, "delete table inet onlyjump");
    },
  };
  const { exitCode, stdout, stderr } = await lkload(["run", "--duration", "10s"], { cwd, env });
  expect(exitCode, stderr + stdout).toBe(0);
  expect(resultOf().totals).toMatchObject({
    hosts: { intended: 2, finished: 2 },
    participants: { intended: 6, joined: 6 },
  });
  expectNothingLeft();
});

/** Gives the host a file system of its own for what lkload writes, with so much room. */
async function withSmallDisk(index: number, sizeKb: number): Promise<AsyncDisposable & { fill(): Promise<unknown> }> {
  const host = lab.hosts[index];
  if (!host) throw new Error(`no host ${index}`);
  const inside = [`--mount=/proc/${host.pid}/ns/mnt`];
  const run = (...argv: string[]) => runCommand("nsenter", [...inside, ...argv]);
  await run("mount", "-t", "tmpfs", "-o", `size=${sizeKb}k,mode=1777`, "lkload-test", "/var/tmp");
  return {
    // Until nothing more fits: that it fails is the point.
    fill: () => run("sh", "-c", "cat /dev/zero >/var/tmp/other-peoples-file 2>/dev/null; true"),
    [Symbol.asyncDispose]: async () => void (await run("umount", "-l", "/var/tmp")),
  };
}

test("a host whose disk is full: exit 5 naming it and why, before any load; the others leave nothing", async () => {
  await using disk = await withSmallDisk(2, 64);
  await disk.fill();
  const { exitCode, stderr } = await lkload(["run"], { cwd, env });
  expect(exitCode, stderr).toBe(5);
  expect(stderr).toContain(lab.hosts[2]?.address.replaceAll(".", "-"));
  expect(stderr).toMatch(/disk/);
  expect(stderr).not.toMatch(/bug in lkload/);
  expectNothingLeft();
});

test("a disk that fills up during the load: never a pass, and the load ends as planned", async () => {
  await using disk = await withSmallDisk(2, 512);
  await using command = new Lkload(["run"], { cwd, env });
  await command.until(/joined 9\/9/);
  await disk.fill();
  const exitCode = await command.exit();
  expect(exitCode, command.stderr + command.stdout).toBe(4);
  expect(resultOf().verdict.status).toBe("invalid");
  expect(generators()).toEqual([]);
  expect(teardownOf()).toMatchObject({ complete: true, leftovers: [] });
  expectNothingLeft();
});
