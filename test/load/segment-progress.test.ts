import { expect, test } from "vitest";
import { HostProgress } from "../../src/load/host-progress.ts";
import { SegmentProgress } from "../../src/load/segment-progress.ts";
import { captureLines, play, segment } from "./capture-lines.ts";

test("a normal run: all joined, all tracks", () => {
  const { progress, errors } = play(
    "lk-2.18.2/normal",
    segment({ video: 1, audio: 2, subscribers: 3, prefix: "normal-x" }),
    3,
  );
  expect([progress.publishersJoined, progress.subscribersJoined, progress.tracksSubscribed]).toEqual([2, 3, 9]);
  expect([...progress.trackCounts]).toEqual([0, 0, 3, 3, 3]);
  expect([...progress.firstAtMs].every((time) => time > 0)).toBe(true);
  expect([...progress.allTracksAtMs].map(Number.isNaN)).toEqual([true, true, false, false, false]);
  expect([progress.exitCode, progress.attempts, progress.startErrorMs]).toEqual([0, 1, 4.649]);
  expect(errors).toEqual([]);
});

test("subscribers without tracks are known to have joined only once lk has finished connecting", () => {
  const plan = segment({ subscribers: 2, prefix: "subs-x" });
  const progress = new SegmentProgress(plan, 0);
  progress.line(1, "Starting load test with 2 subscribers, room: subs");
  expect(progress.joined).toBe(0);
  progress.line(2, "Finished connecting to room, waiting 3s");
  expect(progress.joined).toBe(2);
  expect(play("lk-2.18.2/subscribers-only", plan, 0).progress.joined).toBe(2);
});

test("those that lk could not connect have not joined, although it says that it finished", () => {
  const { progress, errors } = play(
    "lk-2.18.2/wrong-secret",
    segment({ audio: 1, subscribers: 2, prefix: "wrong-x" }),
    1,
  );
  expect([progress.joined, progress.finishedConnectingAtMs === null, progress.exitCode]).toEqual([0, false, 0]);
  expect(progress.errors).toEqual({ connect: 3 });
  expect(errors.every(({ message }) => message.startsWith("unauthorized"))).toBe(true);
});

test("`Sub N` counts from the video publishers", () => {
  // 1 video, 3 audio: publishers 0 to 2, subscribers 3 and 4, which lk calls `Sub 2` and `Sub 3`.
  const progress = new SegmentProgress(segment({ video: 1, audio: 3, subscribers: 2, prefix: "p" }), 1);
  progress.line(1, "could not connect Sub 2: no");
  progress.line(2, "could not connect Sub 2: no");
  progress.line(3, "Finished connecting to room, waiting 3s");
  expect(progress.subscribersJoined).toBe(1);
});

test("a panic is a crash, with its message", () => {
  const { progress, errors } = play("lk-2.18.2/bad-codec", segment({ video: 1, subscribers: 1, prefix: "codec-x" }), 1);
  expect(errors).toEqual([{ kind: "crash", message: "panic: runtime error: integer divide by zero" }]);
  expect([progress.publishersJoined, progress.subscribersJoined, progress.exitCode]).toEqual([1, 0, 2]);
});

test("an end that was not asked for tells lk's last words", () => {
  const plan = segment({ audio: 1, subscribers: 40, prefix: "ramp-x" });
  expect(play("lk-2.18.2/interrupt-ramp", plan, 1).errors).toEqual([
    { kind: "crash", message: "lk ended with exit code 1: context canceled" },
  ]);
  expect(play("lk-2.18.2/no-such-flag", segment({ prefix: "x" }), 1).errors).toEqual([
    { kind: "start", message: "lk ended with exit code 1: flag provided but not defined: -publisher-count" },
  ]);
});

test("an end that was asked for is no error", () => {
  const progress = new SegmentProgress(segment({ audio: 1, prefix: "x" }), 1);
  progress.event(1, { event: "started", segment: "s1", attempt: 1, pid: 1, errorMs: 0 });
  progress.event(2, { event: "stopping", reason: "asked" });
  expect(progress.event(3, { event: "exited", segment: "s1", attempt: 1, code: 1, lines: 3 })).toBeUndefined();
});

test("a track that is subscribed to again counts once, and lines of other identities not at all", () => {
  const progress = new SegmentProgress(segment({ audio: 1, subscribers: 2, prefix: "p" }), 2);
  progress.line(1, "subscribed to track p_1 TR_a audio 1/1");
  progress.line(2, "subscribed to track p_1 TR_a audio 1/1");
  progress.line(3, "subscribed to track q_2 TR_a audio 1/1");
  progress.line(4, "subscribed to track p_99 TR_a audio 1/1");
  expect([progress.tracksSubscribed, progress.joined]).toEqual([1, 1]);
  expect(progress.allTracksAtMs[1]).toBeNaN();
  progress.line(5, "subscribed to track p_1 TR_b audio 2/2");
  expect(progress.allTracksAtMs[1]).toBe(5);
});

test("a second attempt forgets the first one's state but not its start error", () => {
  const progress = new SegmentProgress(segment({ subscribers: 1, prefix: "p" }), 0);
  progress.event(1, { event: "started", segment: "s1", attempt: 1, pid: 1, errorMs: 3 });
  progress.event(2, { event: "exited", segment: "s1", attempt: 1, code: 1, lines: 0 });
  progress.event(3, { event: "retry", segment: "s1", attempt: 1, reason: "exit 1" });
  progress.event(4, { event: "started", segment: "s1", attempt: 2, pid: 2, errorMs: 2000 });
  expect([progress.attempts, progress.retries, progress.startErrorMs, progress.running]).toEqual([2, 1, 3, true]);
  expect(progress.errors).toEqual({ start: 1 });
});

test("a host's progress adds its processes up and reads its sampler", () => {
  const plan = segment({ video: 1, audio: 2, subscribers: 3, prefix: "normal-x" });
  const host = new HostProgress([plan], [{ name: "room", expectedTracksPerSubscriber: { min: 3 } }]);
  expect(host.intended).toBe(5);
  for (const { timeMs, source, text } of captureLines("lk-2.18.2/normal"))
    host.push(`${timeMs / 1000} ${source} ${text}`);
  host.push("1.0 smp c0=0,0,0,0 n.eth0=0,0,0,0,0,0,0,0");
  host.push("3.0 smp c0=150,0,0,50 n.eth0=250000,0,0,0,125000,0,0,0");
  expect(host.maxCorePercent).toBeNull();
  host.push("4.0 smp c0=150,0,0,150");
  host.push("not whole");
  expect([host.joined, host.tracksSubscribed, host.errors, host.done]).toEqual([5, 9, 0, false]);
  expect([host.rxBps, host.txBps, host.maxCorePercent]).toEqual([1e6, 5e5, 75]);
  host.push("4.0 sup event=done reason=finished");
  expect(host.done).toBe(true);
});
