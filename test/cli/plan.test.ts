import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planCommand } from "../../src/cli/plan.ts";
import type { Output, System } from "../../src/cli/system.ts";
import type { FlagValue } from "../../src/config/flags.ts";
import { LkloadError } from "../../src/errors.ts";
import { planSchema } from "../../src/plan/plan.ts";
import { tempDir } from "../lab/temp-dir.ts";

const atMs = Date.UTC(2026, 10, 22, 19, 48, 12);

type Call = { yaml?: string; flags?: FlagValue[]; json?: boolean; env?: Record<string, string>; isTTY?: boolean };

const flag = (name: string, path: string, value: unknown): FlagValue => ({ flag: name, path: path.split("."), value });
const local = flag("--local", "fleet.kind", "local");
const hosts = (...addresses: string[]) => flag("--hosts", "fleet.hosts", addresses);

/** The whole command, in a folder of its own. */
async function plan(call: Call): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  await using dir = await tempDir("plan");
  if (call.yaml !== undefined) await writeFile(join(dir.path, "lkload.yaml"), call.yaml);
  const texts = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    isTTY: call.isTTY ?? false,
    columns: 80,
    write: (text) => {
      texts[name] += text;
    },
  });
  const never = new AbortController().signal;
  const system: System = {
    env: call.env ?? {},
    cwd: dir.path,
    home: dir.path,
    pid: process.pid,
    nodeVersion: process.version,
    stdout: output("stdout"),
    stderr: output("stderr"),
    now: () => atMs,
    interrupt: never,
    forced: never,
    commandLine: "lkload plan",
  };
  const exitCode = await planCommand(
    { args: [], options: { json: call.json ?? false }, flags: { values: call.flags ?? [], problems: [] } },
    system,
  );
  return { exitCode, ...texts };
}

async function refused(call: Call): Promise<LkloadError> {
  const error: unknown = await plan(call).then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(LkloadError);
  return error as LkloadError;
}

test("hosts, scenario and flags make a plan, shown on standard output", async () => {
  const { exitCode, stdout, stderr } = await plan({
    yaml: "load:\n  scenario: distributed-1000\n",
    flags: [hosts("ubuntu@10.0.0.1", "ubuntu@10.0.0.2:2222"), flag("--participants", "load.participants", 50)],
    env: { LIVEKIT_URL: "wss://livekit.example.com" },
  });
  expect(exitCode).toBe(0);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^Plan 20261122-194812-[a-z0-9]{4}, scenario distributed-1000\n/);
  expect(stdout).toContain("2 hosts × 50 = 100 participants\n");
  expect(stdout).toContain("10 publishers (6 with video, 10 with audio), 90 subscribers\n");
  expect(stdout).toContain("medium VP8 video with simulcast\n");
  expect(stdout).toMatch(/ubuntu@10\.0\.0\.2:2222 +50 +5 +1\n/);
});

test("--json gives the plan document", async () => {
  const { stdout } = await plan({ flags: [local], json: true });
  const document = planSchema.parse(JSON.parse(stdout));
  expect(document).toMatchObject({ fleet: "local", minHosts: 1, livekitUrl: "" });
  expect(document.hosts).toEqual([{ name: "local", address: "local", participants: 100 }]);
  expect(document.warnings).toContain("livekit.url is not set: a run needs it");
});

test("this machine's cores count", async () => {
  const subscribers = 100 * availableParallelism();
  const { stdout } = await plan({
    flags: [local, flag("--publishers", "load.publishers", 6), flag("--subscribers", "load.subscribers", subscribers)],
    json: true,
  });
  const { warnings } = planSchema.parse(JSON.parse(stdout));
  expect(warnings.filter((text) => text.startsWith("local: ") && text.includes(" per core"))).toHaveLength(1);
});

test("without hosts it says how to name some", async () => {
  const error = await refused({});
  expect(error.exitCode).toBe(2);
  expect(error.message).toMatch(/--hosts[^]*--local/);
});

test("an impossible plan is refused like a wrong configuration", async () => {
  const error = await refused({
    yaml: "load:\n  per: run\n  rooms: shared\n  publishers: 1\n  subscribers: 1\n",
    flags: [hosts("10.0.0.1", "10.0.0.2", "10.0.0.3")],
  });
  expect(error.exitCode).toBe(2);
  expect(error.message).toMatch(/2 participants for 3 hosts: 1 host would have nobody/);
});

test("colour only on a terminal, and never against NO_COLOR", async () => {
  const bold = "\u001b[1m";
  expect((await plan({ flags: [local], isTTY: true })).stdout).toContain(bold);
  expect((await plan({ flags: [local], isTTY: true, env: { NO_COLOR: "1" } })).stdout).not.toContain(bold);
  expect((await plan({ flags: [local] })).stdout).not.toContain(bold);
});

test("secrets of the configuration are in neither form", async () => {
  const secret = "0123456789abcdef0123456789abcdef";
  const env = { LIVEKIT_URL: "ws://127.0.0.1:7880", LIVEKIT_API_KEY: "devkey", LIVEKIT_API_SECRET: secret };
  for (const json of [true, false]) {
    const { stdout, stderr } = await plan({ flags: [local], json, env });
    expect(stdout).toContain("ws://127.0.0.1:7880");
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout + stderr).not.toContain("devkey");
  }
});
