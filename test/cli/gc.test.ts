/** The whole command against a cloud of a few lists; the real one is in openstack-interrupts.openstack.test.ts. */
import { describe, expect, test } from "vitest";
import { gcSchema } from "../../src/fleet/openstack/gc-document.ts";
import { description, keyComment, metadata, runName, type RunMarks } from "../../src/fleet/openstack/marks.ts";
import { smallCloud, type SmallCloud } from "../fleet/openstack/rest/small-cloud.ts";
import { lkload } from "./test-system.ts";

/** What the command takes for now: see test-system.ts. */
const nowMs = Date.UTC(2026, 0, 1);
const hourMs = 3600_000;

function run(id: string, bornHoursAgo: number, lifeHours: number, owner = "ada@laptop"): RunMarks {
  const createdAtMs = nowMs - bornHoursAgo * hourMs;
  const stamp = new Date(createdAtMs).toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return {
    prefix: "lkload",
    runId: `${stamp}-${id}`,
    createdAtMs,
    expiresAtMs: createdAtMs + lifeHours * hourMs,
    owner,
  };
}

const server = (marks: RunMarks) => {
  const name = `${runName(marks)}-01`;
  return { id: `vm-of-${marks.runId}`, name, status: "ACTIVE", metadata: metadata(marks) };
};
const group = (marks: RunMarks) => ({
  id: `group-of-${marks.runId}`,
  name: runName(marks),
  description: description(marks),
});
const keyPair = (marks: RunMarks) => {
  const keypair = { name: runName(marks), public_key: `ssh-ed25519 AAAA ${keyComment(marks)}` };
  return { id: keypair.name, keypair };
};

const old = run("aaaa", 30, 4);
const fresh = run("bbbb", 1, 4, "ci@runner-7");
/** Its name fits, its mark does not. */
const decoy = { id: "decoy", name: `${runName(old)}-01`, status: "ACTIVE", metadata: { "lkload-run": "another" } };

function project(): Promise<SmallCloud> {
  return smallCloud({
    servers: [server(old), server(fresh), decoy],
    "security-groups": [group(old), group(fresh), { id: "default", name: "default", description: "" }],
    "os-keypairs": [keyPair(old), keyPair(fresh)],
  });
}

describe("lkload gc", () => {
  test("shows all runs, each with its owner and its age, and deletes nothing", async () => {
    await using cloud = await project();
    const { exitCode, stdout, stderr } = await lkload(["gc"], { env: cloud.env });
    expect([exitCode, stderr, cloud.deletes]).toEqual([0, "", []]);
    expect(stdout).toContain(`${old.runId}  by ada@laptop, 30 h 0 min old, expired 26 h 0 min ago`);
    expect(stdout).toContain(`${fresh.runId}  by ci@runner-7, 1 h 0 min old, expires in 3 h 0 min`);
    expect(stdout).toContain("Dry run: 6 resources found, nothing deleted.");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await lkload(["gc", "--dry-run"], { env: cloud.env })).stdout).toBe(stdout);
  });

  // Each waits for the project to settle.
  test.concurrent.each([
    ["--expired", [old]],
    ["--older-than 2h", [old]],
    ["--older-than 30m", [old, fresh]],
    ["--all", [old, fresh]],
    [fresh.runId, [fresh]],
    [`${fresh.runId} --expired`, []],
  ])(
    "%s --yes deletes those and no others",
    async (words, runs) => {
      await using cloud = await project();
      const { exitCode, stdout } = await lkload(["gc", ...words.split(" "), "--yes", "--json"], { env: cloud.env });
      const document = gcSchema.parse(JSON.parse(stdout));
      expect(exitCode).toBe(0);
      expect(document).toMatchObject({ acted: true, left: [], project: "load" });
      const ids = runs.flatMap((marks) => [
        `servers vm-of-${marks.runId}`,
        `security-groups group-of-${marks.runId}`,
        `os-keypairs ${runName(marks)}`,
      ]);
      expect(cloud.deletes.toSorted()).toEqual(ids.toSorted());
      expect(document.deleted).toHaveLength(ids.length);
    },
    30_000,
  );

  test("what the cloud refuses to delete is named with its reason, exit 6", async () => {
    await using cloud = await smallCloud({ "security-groups": [group(old)] });
    cloud.refuses = () => "it is in use";
    const { collectGarbage } = await import("../../src/fleet/openstack/collect-garbage.ts");
    const signal = AbortSignal.timeout(30_000);
    const garbage = await collectGarbage({ cloud: cloud.cloud, criteria: {}, acts: true, signal, timeoutMs: 0 });
    const { gcDocument } = await import("../../src/fleet/openstack/gc-document.ts");
    const { gcText } = await import("../../src/cli/gc-text.ts");
    const about = { lookedAtMs: nowMs, source: "a test", project: "load", acted: true };
    const text = gcText(gcDocument(garbage, about), { columns: 80 });
    expect(text).toContain("Not deleted: 1");
    expect(text.replaceAll(/\s+/g, " ")).toContain("it is in use");
    expect(text).toContain("1 left");
  });

  test("nothing there: says so and where it looked", async () => {
    await using cloud = await smallCloud({});
    const { exitCode, stdout } = await lkload(["gc"], { env: cloud.env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Nothing of lkload's that fits in project load/);
  });

  test.each([
    [["--yes"], "needs to know of which runs"],
    [["--yes", "--dry-run", "--all"], "stands beside --dry-run"],
    [["--all", "--expired"], "stands beside what selects some"],
    [["--older-than", "soon"], "a duration such as"],
  ])("%j is refused before the cloud is asked", async (words, said) => {
    const { exitCode, stdout, stderr } = await lkload(["gc", ...words]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });

  test("without credentials it says where they are looked for", async () => {
    const { exitCode, stderr } = await lkload(["gc"]);
    expect(exitCode).toBe(5);
    expect(stderr).toContain("OS_CLOUD");
  });
});
