import { expect, test } from "vitest";
import { LkloadError } from "../../src/errors.ts";
import { planned, runId } from "./planned.ts";

test("ten hosts, one room each: the product is spelled out", () => {
  const plan = planned({ hosts: 10 });
  expect(plan.totals).toEqual({
    participants: 1000,
    publishers: 100,
    videoPublishers: 50,
    audioPublishers: 100,
    subscribers: 900,
    product: "10 hosts × 100 = 1,000 participants",
  });
  expect(plan.rooms.map((room) => room.name)).toEqual(
    Array.from({ length: 10 }, (_, i) => `load-test-room-vm-${i + 1}-${runId}`),
  );
  expect(plan.segments[9]).toEqual({
    id: "s10",
    host: "vm-10",
    room: `load-test-room-vm-10-${runId}`,
    identityPrefix: "k3f9-h10s10",
    videoPublishers: 5,
    audioPublishers: 10,
    subscribers: 90,
    startOffsetMs: 0,
    rampMs: 19_800,
    holdMs: 300_000,
  });
  expect(plan.timing).toEqual({ rampMs: 19_800, durationMs: 300_000, totalMs: 319_800 });
});

test("counts for the whole run are spread over the hosts", () => {
  const plan = planned({ hosts: 3, load: { per: "run" } });
  expect(plan.totals.product).toBe("100 participants over 3 hosts");
  expect(plan.hosts.map((host) => host.participants)).toEqual([34, 33, 33]);
  expect(plan.rooms.map((room) => [room.publishers, room.subscribers])).toEqual([
    [4, 30],
    [3, 30],
    [3, 30],
  ]);
});

test("one shared room spans all hosts, each with its part of the publishers", () => {
  const plan = planned({ hosts: 4, load: { per: "run", rooms: "shared" } });
  expect(plan.rooms.map((room) => room.name)).toEqual([`load-test-room-${runId}`]);
  expect(plan.segments.map((s) => [s.host, s.videoPublishers, s.audioPublishers, s.subscribers])).toEqual([
    ["vm-1", 1, 2, 23],
    ["vm-2", 1, 3, 22],
    ["vm-3", 1, 2, 23],
    ["vm-4", 2, 3, 22],
  ]);
});

test("four rooms of 250 on three hosts: rooms are cut only where a host is full", () => {
  const plan = planned({
    hosts: 3,
    load: { per: "run", rooms: 4 },
    counts: { publishers: 100, videoPublishers: 50, subscribers: 900 },
  });
  expect(plan.rooms.map((room) => room.name)).toEqual([1, 2, 3, 4].map((n) => `load-test-room-${n}-${runId}`));
  expect(plan.segments.map((s) => [s.host, s.room.at(15), s.audioPublishers + s.subscribers])).toEqual([
    ["vm-1", "1", 250],
    ["vm-1", "2", 84],
    ["vm-2", "2", 166],
    ["vm-2", "3", 167],
    ["vm-3", "3", 83],
    ["vm-3", "4", 250],
  ]);
});

test("numbered rooms sort by name", () => {
  const names = planned({ hosts: 2, load: { rooms: 12 } }).rooms.map((room) => room.name);
  expect(names).toEqual(names.toSorted());
  expect(names[0]).toBe(`load-test-room-01-${runId}`);
});

test("rooms start one after the other, and early ones hold until the last has held its duration", () => {
  const plan = planned({ hosts: 3, load: { stagger: "10s", duration: "1m", numPerSecond: 10 } });
  expect(plan.rooms.map((room) => room.startOffsetMs)).toEqual([0, 10_000, 20_000]);
  expect(plan.segments.map((segment) => segment.holdMs)).toEqual([80_000, 70_000, 60_000]);
  expect(plan.timing).toEqual({ rampMs: 29_900, durationMs: 60_000, totalMs: 89_900 });
});

test("lk's own cap on the join rate is planned with", () => {
  const plan = planned({ load: { numPerSecond: 50 } });
  expect(plan.lk.numPerSecond).toBe(10);
  expect(plan.timing.rampMs).toBe(9900);
});

test("the fleet's least number of hosts is all of them unless set", () => {
  expect(planned({ hosts: 5 }).minHosts).toBe(5);
  expect(planned({ hosts: 5, config: { fleet: { minHosts: 3 } } }).minHosts).toBe(3);
});

const refusal = (build: () => unknown): LkloadError => {
  try {
    build();
  } catch (error) {
    if (error instanceof LkloadError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

test.each([
  ["no hosts", { hosts: 0 }, /no host to generate load/],
  ["a room without participants", { load: { rooms: 101 } }, /100 participants for 101 rooms: 1 room would have nobody/],
  [
    "a host without participants",
    { hosts: 5, load: { per: "run" as const, rooms: "shared" as const }, counts: { publishers: 1, subscribers: 2 } },
    /3 participants for 5 hosts: 2 hosts would have nobody/,
  ],
  ["more hosts asked than there are", { hosts: 2, config: { fleet: { minHosts: 3 } } }, /asks for 3 usable hosts/],
  ["publishers without a kind", { counts: { audioPublishers: 3, videoPublishers: 2 } }, /must equal the publishers/],
  ["counts that do not add up", { counts: { participants: 70 } }, /must add up to the participants/],
])("refused: %s", (_, asked, message) => {
  const error = refusal(() => planned(asked));
  expect(error.exitCode).toBe(2);
  expect(error.message).toMatch(message);
});

test("all problems are named at once", () => {
  const error = refusal(() => planned({ load: { rooms: 500 }, counts: { audioPublishers: 3 } }));
  expect(error.message).toMatch(/500 rooms/);
  expect(error.message).toMatch(/must equal the publishers/);
});

test("says whether a cluster is watched, and whether the run is worth anything without it", () => {
  const ofCluster = (kubernetes: object) => planned({ hosts: 1, config: { kubernetes } }).kubernetes;
  expect(ofCluster({})).toBeNull();
  expect(ofCluster({ context: "production" })).toEqual({ required: false });
  expect(ofCluster({ context: "production", required: true })).toEqual({ required: true });
  expect(ofCluster({ enabled: false, context: "production", required: true })).toBeNull();
});
