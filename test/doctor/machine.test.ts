import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDisk, checkNode } from "../../src/doctor/machine.ts";
import { tempDir } from "../lab/temp-dir.ts";

test("Node from 24 on", () => {
  expect(checkNode("24.0.0")).toEqual({ status: "ok", seen: "24.0.0" });
  expect(checkNode("22.19.1")).toMatchObject({ status: "problem", seen: expect.stringContaining("22.19.1") as string });
});

test("the disk of the folder that the runs will be in, although it is not there yet", async () => {
  await using dir = await tempDir("disk");
  const outcome = await checkDisk(join(dir.path, "not", "there", "yet"));
  expect(outcome.seen).toContain(`GB free at ${dir.path}`);
});

test("a disk without room is a problem", async () => {
  // A file system without any blocks to have.
  expect(await checkDisk("/proc/self")).toMatchObject({
    status: "problem",
    seen: expect.stringMatching(/can't be written|0\.0 GB free/) as string,
  });
});
