/** One core of one of two VMs hogged: VMs, as each has a kernel of its own, which counts its own cores. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostsFileSchema } from "../../src/fleet/hosts-file.ts";
import { sshFiles } from "../../src/fleet/openstack/places.ts";
import { resultSchema, teardownSchema } from "../../src/metrics/result.ts";
import { saturatedPercent } from "../../src/metrics/saturation.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { Lkload, runFolderIn } from "../lab/lkload.ts";
import { controllerAddress, writeJob } from "../lab/openstack/job.ts";
import { makeTenantNetwork, projectEnv, purgeProject } from "../lab/openstack/project.ts";
import { runCommand } from "../lab/run-command.ts";
import { recordTruth } from "./truth-table.ts";

const hogged = { vm: "vm-02", core: 1, seconds: 20 };

let server: LivekitServer;
let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "lkload-hogged-"));
  await purgeProject();
  await makeTenantNetwork("tenant-net");
  server = await startLivekitServer({ bindAddress: controllerAddress });
}, 300_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await purgeProject();
  rmSync(cwd, { recursive: true, force: true });
}, 300_000);

const documentOf = (file: string): unknown => JSON.parse(readFileSync(join(runFolderIn(cwd), file), "utf8"));

/** Ends by itself. @returns the CPU time that the hog got, s, as the VM's shell counted it */
async function hog({ vm, core, seconds }: typeof hogged): Promise<number> {
  const host = hostsFileSchema.parse(documentOf("hosts.json")).hosts.find(({ name }) => name === vm);
  if (host === undefined) throw new Error(`no host ${vm}`);
  const { identity, knownHosts } = sshFiles(runFolderIn(cwd));
  const loop = `end=$((SECONDS + ${seconds})); while ((SECONDS < end)); do :; done; times`;
  const known = ["-F", "none", "-i", identity, "-o", `UserKnownHostsFile=${knownHosts}`, "-o", "BatchMode=yes"];
  const printed = await runCommand("ssh", [
    ...known,
    `${host.user}@${host.address}`,
    `timeout ${seconds + 10} taskset -c ${core} bash -c '${loop}'`,
  ]);
  // "0m19.750s 0m0.012s": user and system time of the shell itself.
  const [, minutes, rest] = /^(\d+)m([\d.]+)s/.exec(printed) ?? [];
  return Number(minutes) * 60 + Number(rest);
}

const nightly = { timeout: 900_000, tags: ["nightly"] };

test("one core of one VM hogged: invalid, with that VM and that core, and without the other VM", nightly, async () => {
  await writeJob(cwd, {
    openstack: { flavor: "lab.large" },
    load: {
      participants: 3,
      publishers: 1,
      // Without audio, whose 50 packets a second are what an emulated processor has its work with.
      audioPublishers: 0,
      videoResolution: "low",
      duration: "45s",
    },
  });
  const env = { ...projectEnv(), ...server.env };
  await using command = new Lkload(["run", "--vms", "2"], { cwd, env });
  await command.until(/joined 6\/6/, 600);
  const cpuSeconds = await hog(hogged);
  const exitCode = await command.exit();
  const output = command.stderr + command.stdout;
  const { verdict, hosts } = resultSchema.parse(documentOf("result.json"));
  const saturated = verdict.reasons.filter(({ kind }) => kind === "saturated");
  const cores = hosts.map(({ name, maxCorePercent, maxCore }) => `${name} core ${maxCore}: ${maxCorePercent} %`);
  recordTruth({
    fault: "one core of one of two VMs hogged",
    injected: `core ${hogged.core} of ${hogged.vm} for ${hogged.seconds} s, ${cpuSeconds.toFixed(1)} s of CPU time (counted by its shell)`,
    reported: `verdict ${verdict.status}: ${verdict.reasons.map(({ text }) => text).join("; ")} (busiest second: ${cores.join(", ")})`,
    allowed: "invalid, that VM and that core named, the other VM not",
  });
  expect(exitCode, output).toBe(4);
  expect(verdict.status).toBe("invalid");
  expect(saturated, output).toEqual([expect.objectContaining({ host: hogged.vm })]);
  const [, core, percent, seconds] =
    /^vm-02 was saturated: core (\d+) was above (\d+) % for ([\d.]+) s/.exec(saturated[0]?.text ?? "") ?? [];
  expect({ core, percent }).toEqual({ core: String(hogged.core), percent: String(saturatedPercent) });
  expect(Math.abs(Number(seconds) - hogged.seconds)).toBeLessThanOrEqual(3);
  expect(verdict.reasons.filter(({ host }) => host !== null && host !== hogged.vm)).toEqual([]);
  expect(teardownSchema.parse(documentOf("teardown.json"))).toMatchObject({ complete: true, leftovers: [] });
});
