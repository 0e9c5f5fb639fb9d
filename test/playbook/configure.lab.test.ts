import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configSchema, type ConfigInput } from "../../src/config/schema.ts";
import { configuredHostSchema, type ConfiguredHost } from "../../src/metrics/raw.ts";
import { cleanupHost } from "../../src/playbook/generate.ts";
import { configureHost } from "../../src/playbook/configure.ts";
import { measureClock } from "../../src/remote/clock.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { arm, labHost, type LabHost, through, withLkScript } from "./lab-host.ts";

const target = createServer();
let url: string;
let lk: string;
beforeAll(async () => {
  lk = await ensureLk();
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const address = target.address();
  url = `ws://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => new Promise<void>((resolve) => void target.close(() => resolve())));

async function configure(host: LabHost, input: ConfigInput = {}, steps: string[] = []): Promise<ConfiguredHost> {
  const config = configSchema.parse({
    tuning: { enabled: false },
    ...input,
    livekit: { url, cli: { source: "path", path: lk, version: lkVersion }, ...input.livekit },
  });
  const configured = await configureHost(host.remote, {
    ...host.scope,
    config,
    onStep: (step) => void steps.push(step),
  });
  return configuredHostSchema.parse(configured);
}

test("a host is inspected and equipped, with the user's playbooks before and after", async () => {
  await using host = await labHost();
  await using dir = await tempDir("playbooks");
  const before = join(dir.path, "before.sh");
  const after = join(dir.path, "after.sh");
  await writeFile(before, 'echo "warning=before in $LKLOAD_RUN"');
  await writeFile(after, `[ -x ${host.dir}/lk ] && echo "warning=after on $LKLOAD_HOST"`);
  const steps: string[] = [];
  const configured = await configure(host, { playbooks: { before: [before], after: [after] } }, steps);
  expect(configured).toMatchObject({
    name: "h1",
    status: "ready",
    error: null,
    tuning: { applied: false, reason: "tuning.enabled is false", knobs: [] },
    lk: { path: join(host.dir, "lk"), version: lkVersion },
    warnings: ["before in run-1", "after on h1"],
  });
  expect(configured.facts.cores).toBeGreaterThan(0);
  expect(configured.facts.memoryKb).toBeGreaterThan(100_000);
  expect(configured.facts.other).toMatchObject({
    target_reachable: "yes",
    dir: host.dir,
    uid: String(process.getuid?.()),
  });
  expect(steps).toEqual([before, "inspect", "install lk", after]);
});

test("a host that cannot reach LiveKit is not used, and the reason is given", async () => {
  await using host = await labHost();
  const configured = await configure(host, { livekit: { url: "ws://127.0.0.1:1" } });
  expect(configured.status).toBe("failed");
  expect(configured.error).toMatch(/^ws:\/\/127\.0\.0\.1:1 can't be reached from here: Connection refused \(check/);
  expect(configured.facts.kernel).not.toBeNull();
  expect(configured.lk).toBeNull();
});

test("a host on which another run generates load is not used", async () => {
  await using host = await labHost();
  await withLkScript(host, "exec sleep 60");
  await arm(host, { startAtHostMs: Date.now() + 60_000 });
  const other = { ...host, scope: { ...host.scope, runId: "run-2" } };
  expect((await configure(other)).error).toMatch(
    /^run run-1 is generating load on this host \(wait for it, or .*lkload destroy run-1/,
  );
  // The run itself may be configured again.
  expect((await configure(host)).status).toBe("ready");
});

test("a failing playbook of the user's fails the host with its name", async () => {
  await using host = await labHost();
  await using dir = await tempDir("playbooks");
  const before = join(dir.path, "before.sh");
  await writeFile(before, "echo 'error=no licence: ask Ann'; exit 4");
  const configured = await configure(host, { playbooks: { before: [before] } });
  expect(configured.error).toBe(`${before}: no licence: ask Ann`);
});

test("a work folder that somebody else has made is refused", async () => {
  await using host = await labHost();
  await mkdir(dirname(host.scope.base), { recursive: true });
  await symlink("/tmp", host.scope.base);
  expect((await configure(host)).error).toMatch(/exists and is not a folder of user \d+: remove it/);
});

test.runIf(process.getuid?.() === 0)("a work folder from which nothing can be run is refused", async () => {
  await using host = await labHost();
  const mountPoint = dirname(host.scope.base);
  const mount = (...args: string[]) =>
    new Promise((resolve) => spawn(args[0] ?? "", args.slice(1)).on("close", resolve));
  await mount("mount", "-t", "tmpfs", "-o", "noexec,mode=0700", "lkload-test", mountPoint);
  try {
    expect((await configure(host)).error).toMatch(
      /programs cannot run from .*: its file system is mounted noexec; run `mount -o remount,exec`/,
    );
  } finally {
    await mount("umount", mountPoint);
  }
});

/** Without SHLVL, as cron and services start programs, bash may take what it runs for a login over the network. */
const asAService = ["env", "-u", "SHLVL"];

test("a missing tool is named with the command that installs it", async () => {
  await using host = await labHost();
  await using dir = await tempDir("bin");
  const hidden = `command() { [ "$2" = tar ] && return 1; builtin command "$@"; }\n`;
  await writeFile(join(dir.path, "env"), hidden);
  const remote = through(host.remote, [...asAService, `BASH_ENV=${join(dir.path, "env")}`]);
  const configured = await configure({ ...host, remote });
  const error = expect.stringMatching(/^inspect\.sh: missing on this host: tar: run `.*install.* tar`$/) as string;
  expect(configured).toMatchObject({ status: "failed", error });
});

test("nothing that the user's ~/.bashrc does is in the way", async () => {
  await using host = await labHost();
  await using home = await tempDir("home");
  await writeFile(join(home.path, ".bashrc"), "echo noise; exit 9\n");
  const remote = through(host.remote, [...asAService, `HOME=${home.path}`]);
  expect(await configure({ ...host, remote })).toMatchObject({ status: "ready", error: null });
  expect((await measureClock(remote, { rounds: 2, signal: host.scope.signal })).roundTrips).toBe(2);
});

test("after cleaning up, nothing of a configured host is left", async () => {
  await using host = await labHost();
  await configure(host);
  const cleaned = await cleanupHost(host.remote, host.scope);
  expect(cleaned).toMatchObject({ left: [], note: null });
  expect(cleaned.removed).toBe(cleaned.made);
  expect(existsSync(host.scope.base)).toBe(false);
});
