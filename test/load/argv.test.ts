import { expect, test } from "vitest";
import { lkArguments, segmentsTsv } from "../../src/load/argv.ts";
import type { Plan, Segment } from "../../src/plan/plan.ts";

const segment: Segment = {
  id: "s1",
  host: "vm-1",
  room: "load-test-room-vm-1-20261122-194812-k3f9",
  identityPrefix: "k3f9-h01s1",
  videoPublishers: 5,
  audioPublishers: 10,
  subscribers: 90,
  startOffsetMs: 1500,
  rampMs: 19_800,
  holdMs: 300_200,
};

const lk: Plan["lk"] = {
  videoResolution: "medium",
  videoCodec: "vp8",
  layout: "speaker",
  simulcast: true,
  simulateSpeakers: false,
  numPerSecond: 5,
};

const flags = [
  "--room=load-test-room-vm-1-20261122-194812-k3f9",
  "--identity-prefix=k3f9-h01s1",
  "--duration=5m200ms",
  "--video-publishers=5",
  "--audio-publishers=10",
  "--subscribers=90",
  "--video-resolution=medium",
  "--video-codec=vp8",
  "--layout=speaker",
  "--num-per-second=5",
];

test("the command line of the current release", () => {
  expect(lkArguments(segment, lk, { lkVersion: "2.18.2" })).toEqual(["perf", "load-test", ...flags]);
});

test.each([
  ["2.0.0", ["load-test"]],
  ["2.4.5", ["load-test"]],
  ["2.4.6", ["perf", "load-test"]],
  ["2.10.0", ["perf", "load-test"]],
  ["3.0.0", ["perf", "load-test"]],
])("lk %s is called as %j", (lkVersion, command) => {
  expect(lkArguments(segment, lk, { lkVersion })).toEqual([...command, ...flags]);
});

test.each(["1.5.2", "0.9.0", "latest", "2.18", ""])("lk %j is refused", (lkVersion) => {
  expect(() => lkArguments(segment, lk, { lkVersion })).toThrow(/lkload works with lk 2\.0\.0 and later/);
});

test("switches stand only where they are asked for", () => {
  const other = { ...lk, simulcast: false, simulateSpeakers: true, numPerSecond: 0.5, videoCodec: "h264" as const };
  expect(lkArguments(segment, other, { lkVersion: "2.18.2" }).slice(2)).toEqual([
    ...flags.slice(0, 7),
    "--video-codec=h264",
    "--layout=speaker",
    "--num-per-second=0.5",
    "--no-simulcast",
    "--simulate-speakers",
  ]);
});

test("what lk would silently turn into something else is refused", () => {
  const nobody = { ...segment, videoPublishers: 0, audioPublishers: 0, subscribers: 0 };
  expect(() => lkArguments(nobody, lk, { lkVersion: "2.18.2" })).toThrow(/0 participants/);
  expect(() => lkArguments({ ...segment, holdMs: 0 }, lk, { lkVersion: "2.18.2" })).toThrow(/0 ms/);
});

test("segments.tsv has one line of tab-separated words per segment", () => {
  const second = { ...segment, id: "s2", startOffsetMs: 0 };
  expect(segmentsTsv([segment, second], lk, { lkVersion: "2.18.2" })).toBe(
    [`s1\t1500000\tperf\tload-test\t${flags.join("\t")}\n`, `s2\t0\tperf\tload-test\t${flags.join("\t")}\n`].join(""),
  );
});

test.each(["a\tb", "a\nb", "a\rb", "a\0b"])("a name of %j does not fit into segments.tsv", (room) => {
  expect(() => segmentsTsv([{ ...segment, room }], lk, { lkVersion: "2.18.2" })).toThrow(/does not fit/);
});
