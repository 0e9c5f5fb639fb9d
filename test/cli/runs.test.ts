import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runFolder } from "../../src/run/folder.ts";
import { Journal, type JournalNote } from "../../src/run/journal.ts";
import { TestFolder } from "./test-system.ts";

/** A run folder as a run that was broken off leaves it. */
function brokenOff(folder: TestFolder, runId: string, notes: JournalNote[], stateDir = ".lkload"): void {
  const run = runFolder(join(folder.dir, stateDir), runId);
  mkdirSync(run.dir, { recursive: true });
  const journal = new Journal(run.journal, () => Date.UTC(2026, 0, 1));
  journal.write({ event: "run-created", runId });
  for (const note of notes) journal.write(note);
}

const touched: JournalNote[] = [
  { event: "phase-started", phase: "configure" },
  { event: "host-intent", host: "gen-1" },
  { event: "rooms-intent", rooms: ["r1", "r2"] },
];

test("no runs: said so, and no failure", async () => {
  await using folder = await TestFolder.make();
  expect(await folder.lkload(["runs"])).toMatchObject({ exitCode: 0, stdout: "" });
  expect(await folder.lkload(["runs", "--json"])).toMatchObject({ exitCode: 0, stdout: "[]\n" });
  expect(await folder.lkload(["destroy"])).toMatchObject({ exitCode: 0 });
  expect(await folder.list()).toEqual([]);
});

test("runs tells what each run still owns, and how to remove it", async () => {
  await using folder = await TestFolder.make();
  brokenOff(folder, "20260101-000000-aaaa", touched);
  brokenOff(folder, "20260102-000000-bbbb", []);
  const { exitCode, stdout, stderr } = await folder.lkload(["runs"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/20260101-000000-aaaa +broken off +– +files and settings on gen-1, 2 rooms/);
  expect(stdout).toMatch(/20260102-000000-bbbb +broken off +– +nothing/);
  expect(stderr).toContain("lkload destroy");
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const [first] = JSON.parse((await folder.lkload(["runs", "--json"])).stdout);
  expect(first).toMatchObject({
    state: "broken off",
    phase: "configure",
    owned: { hosts: ["gen-1"], rooms: ["r1", "r2"] },
  });
});

test("several runs own something: destroy asks which", async () => {
  await using folder = await TestFolder.make();
  brokenOff(folder, "20260101-000000-aaaa", touched);
  brokenOff(folder, "20260102-000000-bbbb", touched);
  const { exitCode, stderr } = await folder.lkload(["destroy"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("20260101-000000-aaaa");
  expect(stderr).toContain("--all");
});

test.each([
  [["destroy", "nope"], "no run is called nope"],
  [["report", "2026"], "fits 2 runs"],
  [["destroy", "aaaa", "--all"], "not both"],
  [["report", "latest", "--format", "pdf"], "pdf"],
  [["report", "latest"], "result.json is missing"],
  [["analyse", "aaaa"], "plan.json is missing"],
])("%j: exit 2, saying why", async (argv, reason) => {
  await using folder = await TestFolder.make();
  brokenOff(folder, "20260101-000000-aaaa", []);
  brokenOff(folder, "20260102-000000-bbbb", []);
  const { exitCode, stderr } = await folder.lkload(argv);
  expect(exitCode, stderr).toBe(2);
  expect(stderr).toContain(reason);
});

test("a mistake elsewhere in the file does not keep a run from being found", async () => {
  await using folder = await TestFolder.make({
    "lkload.yaml": "run: { dir: results }\nload: { participants: many }\n",
  });
  brokenOff(folder, "20260101-000000-aaaa", touched, "results");
  expect((await folder.lkload(["runs"])).stdout).toContain("20260101-000000-aaaa");
});

test("a file that is not YAML is said to be, and the usual place is looked into", async () => {
  await using folder = await TestFolder.make({ "lkload.yaml": "run: [\n" });
  brokenOff(folder, "20260101-000000-aaaa", touched);
  const { exitCode, stdout, stderr } = await folder.lkload(["runs"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("20260101-000000-aaaa");
  expect(stderr).toContain("lkload.yaml:");
});
