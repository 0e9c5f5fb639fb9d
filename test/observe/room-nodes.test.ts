import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { roomNodeSchema, type RoomsSample } from "../../src/metrics/raw.ts";
import { RoomNodes } from "../../src/observe/room-nodes.ts";
import { tempDir } from "../lab/temp-dir.ts";

const polled = (participants: Record<string, number>): RoomsSample => ({
  polledAtMs: 1,
  tookMs: 1,
  rooms: Object.entries(participants).map(([name, count]) => ({
    name,
    participants: count,
    publishers: 0,
    publishedTracks: 0,
  })),
  error: null,
});

async function asked(polls: readonly RoomsSample[], nodeOf: (room: string) => Promise<string | null>) {
  await using dir = await tempDir("room-nodes");
  const log = join(dir.path, "observe", "room-nodes.ndjson");
  const signal = new AbortController().signal;
  const nodes = new RoomNodes({ target: { nodeOf }, log, now: () => 5, signal });
  for (const poll of polls) {
    nodes.seen(poll);
    await nodes.done();
  }
  const text = await readFile(log, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => roomNodeSchema.parse(JSON.parse(line)));
}

test("each room is asked about once it has participants, and again after it was empty", async () => {
  const rooms: string[] = [];
  const lines = await asked(
    [polled({ a: 0, b: 3 }), polled({ a: 2, b: 3 }), polled({ a: 0, b: 3 }), polled({ a: 1, b: 3 })],
    async (room) => {
      rooms.push(room);
      return `node-of-${room}`;
    },
  );
  expect(rooms).toEqual(["b", "a", "a"]);
  expect(lines[0]).toEqual({ askedAtMs: 5, room: "b", nodeId: "node-of-b", error: null });
});

test("a join that fails is a line with its error, tried at most three times", async () => {
  const lines = await asked(
    Array.from({ length: 6 }, () => polled({ a: 2 })),
    async () => {
      throw new Error("refused");
    },
  );
  expect(lines.map(({ nodeId, error }) => [nodeId, error])).toEqual(Array.from({ length: 3 }, () => [null, "refused"]));
});

test("at most two joins are under way at the same time", async () => {
  let now = 0;
  let most = 0;
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`r${index}`, 1]));
  await asked([polled(many)], async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    return "n";
  });
  expect(most).toBe(2);
});
