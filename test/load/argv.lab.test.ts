/** The command line that lkload builds, given to the real lk. */
import { beforeAll, expect, test } from "vitest";
import { lkArguments } from "../../src/load/argv.ts";
import { intendedStartMs } from "../../src/plan/ramp.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { startLivekitServer } from "../lab/livekit-server.ts";
import { runCommand } from "../lab/run-command.ts";
import { planned } from "../plan/planned.ts";

let lk: string;
beforeAll(async () => {
  lk = await ensureLk();
});

test("every flag exists", async ({ signal }) => {
  const plan = planned({ load: { simulcast: false, simulateSpeakers: true } });
  const words = lkArguments(plan.segments[0]!, plan.lk, { lkVersion });
  const flags = words.filter((word) => word.startsWith("--"));
  const help = await runCommand(lk, [...words.slice(0, words.length - flags.length), "--help"], { signal });
  expect(flags).toHaveLength(12);
  for (const flag of flags) expect(help).toContain(` ${flag.split("=")[0]} `);
});

test("lk does what the plan says: names, pace, tracks within the expected range, hold time", async ({ signal }) => {
  const plan = planned({
    load: { roomPrefix: "-a-room-that-looks-like-a-flag", numPerSecond: 2, duration: "2s" },
    counts: { publishers: 8, videoPublishers: 3, subscribers: 3 },
  });
  const [segment, room] = [plan.segments[0]!, plan.rooms[0]!];
  await using server = await startLivekitServer({ signal });
  const lines: { text: string; atMs: number }[] = [];
  const output = await runCommand(lk, lkArguments(segment, plan.lk, { lkVersion }), {
    env: server.env,
    signal,
    onStdoutLine: (text) => lines.push({ text, atMs: performance.now() }),
  });
  const whole = `3 video publishers, 8 audio publishers, 3 subscribers, room: ${room.name}`;
  expect(lines[0]?.text).toBe(`Starting load test with ${whole}`);
  const startMs = lines[0]!.atMs;
  const whenMs = (text: string | RegExp) => {
    const line = lines.find((candidate) => candidate.text.match(text));
    expect(line, `a line with ${text}`).toBeDefined();
    return line!.atMs - startMs;
  };

  // Joining on loopback takes some ten milliseconds; a participant in another place would be 500 ms off.
  const latenessMs = Array.from({ length: room.publishers }, (_, i) => {
    const afterMs = whenMs(new RegExp(`publishing audio track - ${segment.identityPrefix}_pub_${i}$`));
    return afterMs - intendedStartMs(i, plan.lk.numPerSecond);
  });
  for (const [i, lateMs] of latenessMs.entries()) expect(lateMs, `publisher ${i}`).toBeGreaterThan(-400);
  // A busy machine may hold up some of them.
  expect(latenessMs.toSorted((a, b) => a - b)[3], latenessMs.join(" ")).toBeLessThan(400);
  const rampLateMs = whenMs(/^Finished connecting to room, waiting 2s$/) - segment.rampMs;
  expect(rampLateMs).toBeGreaterThan(-400);
  expect(rampLateMs).toBeLessThan(1000);
  const holdMs = whenMs("Track loading:") - whenMs(/^Finished connecting/);
  expect(holdMs).toBeGreaterThan(segment.holdMs - 400);

  const { min, max } = room.expectedTracksPerSubscriber;
  expect([min, max]).toEqual([7, 9]);
  const subscribers = [8, 9, 10].map((index) => `${segment.identityPrefix}_${index}`);
  for (const name of subscribers) {
    const tracks = output.split("\n").filter((line) => line.startsWith(`subscribed to track ${name} `)).length;
    expect(tracks, name).toBeGreaterThanOrEqual(min);
    expect(tracks, name).toBeLessThanOrEqual(max);
  }
});
