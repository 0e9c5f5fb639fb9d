import { expect, test } from "vitest";
import {
  description,
  isNamed,
  keyComment,
  metadata,
  readDescription,
  readKeyComment,
  readMetadata,
  runName,
  tags,
  type RunMarks,
} from "../../../src/fleet/openstack/marks.ts";

const marks: RunMarks = {
  prefix: "p".repeat(40),
  runId: "20261122-194812-k3f9",
  createdAtMs: Date.UTC(2026, 10, 22, 19, 48, 12),
  expiresAtMs: Date.UTC(2026, 10, 22, 23, 48, 12),
  owner: "Ada L. ${lace}@work station".padEnd(300, "x"),
};
const found = {
  runId: marks.runId,
  name: runName(marks),
  createdAtMs: marks.createdAtMs,
  expiresAtMs: marks.expiresAtMs,
  owner: expect.stringMatching(/^Ada_L\.___lace_@work_station/) as string,
};

test("what is written is read again, and within the clouds' limits", () => {
  expect(readMetadata(metadata(marks))).toEqual(found);
  expect(readDescription(description(marks))).toEqual(found);
  expect(description(marks).length).toBeLessThanOrEqual(255);
  expect(description(marks)).not.toMatch(/[^\x20-\x7e]|\$/);
  for (const tag of tags(marks)) expect(tag).toMatch(/^[^/,]{1,60}$/);
  expect(readKeyComment(`ssh-ed25519 AAAA ${keyComment(marks)}\n`)).toBe(marks.runId);
});

test.each([
  ["", "nothing"],
  ["lkload-run=20261122-194812-k3f9", "no name"],
  ["lkload-name=lkload-20261122-194812-k3f9", "no run"],
  ["lkload-run= lkload-name=lkload-", "an empty run"],
  ["lkload-run=20261122-194812-k3f9 lkload-name=lkload-20261122-194812-k3f8", "a name of another run"],
  ["xlkload-run=20261122-194812-k3f9 lkload-name=lkload-20261122-194812-k3f9", "another key"],
])("%o is no mark: %s", (text) => {
  expect(readDescription(text)).toBeUndefined();
});

test("times that can't be read are unknown, and the marks hold", () => {
  expect(readDescription("lkload-run=r1 lkload-name=a-r1 lkload-expires=soon")).toEqual({
    runId: "r1",
    name: "a-r1",
    createdAtMs: null,
    expiresAtMs: null,
    owner: null,
  });
});

test("a name begins with the run's own at a dash", () => {
  expect(isNamed("lkload-r1", "lkload-r1")).toBe(true);
  expect(isNamed("lkload-r1-01", "lkload-r1")).toBe(true);
  expect(isNamed("lkload-r10", "lkload-r1")).toBe(false);
  expect(isNamed("my-lkload-r1", "lkload-r1")).toBe(false);
});
