/** Against a real livekit-server and real SSH hosts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { doctorSchema } from "../../src/doctor/document.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLabHosts, type LabHosts } from "../lab/hosts.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { lkload } from "../lab/lkload.ts";

let lab: LabHosts;
let server: LivekitServer;
let lk: string;
let cwd: string;
let env: Record<string, string>;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "lkload-doctor-"));
  [lab, lk] = await Promise.all([
    startLabHosts({ count: 2, host: (index) => (index === 1 ? { plainUser: { sudo: false } } : {}) }),
    ensureLk(),
  ]);
  server = await startLivekitServer({ bindAddress: lab.controllerAddress });
  env = server.env;
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await lab?.[Symbol.asyncDispose]();
  rmSync(cwd, { recursive: true, force: true });
});

async function doctor(more: { hosts?: string[]; env?: Record<string, string>; cli?: object } = {}) {
  const config = {
    livekit: { metrics: [server.metricsUrl], cli: more.cli ?? { source: "path", path: lk } },
    fleet: { hosts: more.hosts ?? lab.hosts.map(({ user, address }) => `${user}@${address}`) },
    ssh: { identityFile: lab.identityFile, knownHosts: lab.knownHostsFile, agent: false },
  };
  writeFileSync(join(cwd, "lkload.yaml"), stringify(config));
  const { exitCode, stdout, stderr } = await lkload(["doctor", "--json"], { cwd, env: { ...env, ...more.env } });
  expect(stderr).toBe("");
  const { checks } = doctorSchema.parse(JSON.parse(stdout));
  const of = (name: string) => checks.find((check) => check.name === name);
  return { exitCode, checks, of };
}

test("where all is well it says so, and what it saw", async () => {
  const { exitCode, checks, of } = await doctor();
  expect(checks.filter(({ status }) => status === "problem")).toEqual([]);
  expect(exitCode).toBe(0);
  expect(of("server")?.seen).toContain(server.url);
  expect(of("join")?.seen).toMatch(/a participant joined; LiveKit \d+\.\d+\.\d+/);
  expect(of("clock")?.seen).toMatch(/-?0\.\d\d to 0\.\d\d s ahead/);
  expect(of("metrics")?.status).toBe("ok");
  expect(of("lk")?.seen).toContain(lk);
  expect(of("SSH keys")?.seen).toContain(lab.identityFile);
  const hosts = checks.filter(({ group, name }) => group === "Hosts" && name !== "SSH keys");
  expect(hosts.map(({ seen }) => seen)).toEqual([
    expect.stringMatching(/^root@.*Linux \S+, bash \d.*, root, clock [+−]\d+\.\d ± \d+\.\d ms$/),
    expect.stringContaining("no root") as string,
  ]);
});

test("the trial participant's room is gone afterwards", async () => {
  await doctor();
  const { RoomServiceClient } = await import("livekit-server-sdk");
  const rooms = await new RoomServiceClient(server.url, server.apiKey, server.apiSecret).listRooms();
  expect(rooms.map(({ name }) => name)).toEqual([]);
});

test("a wrong secret, a host that is not there, one that lets nobody in: each named, each with a remedy", async () => {
  const [first, second] = lab.hosts;
  const { exitCode, of, checks } = await doctor({
    hosts: [`root@${first!.address}:9`, `somebody@${second!.address}`],
    env: { LIVEKIT_API_SECRET: "another-secret-of-thirty-two-characters" },
  });
  expect(exitCode).toBe(5);
  expect(of("server")?.status).toBe("ok");
  expect(of("API key")).toMatchObject({
    status: "problem",
    seen: expect.stringContaining("refused the API key or secret") as string,
  });
  expect(of("join")?.status).toBe("not applicable");
  const hosts = checks.filter(({ group, name }) => group === "Hosts" && name !== "SSH keys");
  expect(hosts).toMatchObject([
    { status: "problem", seen: expect.stringContaining("nothing listens at") as string },
    { status: "problem", seen: expect.stringContaining("does not let somebody in") as string },
  ]);
});

test("a host that can't fetch lk is told before the run needs it", async () => {
  const [first] = lab.hosts;
  const { of } = await doctor({
    hosts: [`root@${first!.address}`],
    cli: { source: "download", version: "9.9.9", baseUrl: `http://${lab.controllerAddress}:9/releases` },
  });
  expect(of("lk")?.status).toBe("not applicable");
  const host = of(first!.address.replaceAll(".", "-"));
  expect(host).toMatchObject({ status: "problem", seen: expect.stringContaining("can't fetch http") as string });
});
