import * as fc from "fast-check";
import { expect, test } from "vitest";
import { publisherCount, planSchema, type Plan } from "../../src/plan/plan.ts";
import { buildPlan, type PlanInput } from "../../src/plan/build-plan.ts";
import { planInput, planned } from "./planned.ts";

/** Any combination of hosts, rooms and counts that gives each host and each room somebody. */
const inputs = fc
  .record({
    hosts: fc.integer({ min: 1, max: 40 }),
    rooms: fc.oneof(fc.constant("per-host" as const), fc.constant("shared" as const), fc.integer({ min: 1, max: 60 })),
    per: fc.constantFrom("host" as const, "run" as const),
    publishers: fc.integer({ min: 0, max: 80 }),
    subscribers: fc.integer({ min: 0, max: 900 }),
    fewerShare: fc.double({ min: 0, max: 1, noNaN: true }),
    fewerVideo: fc.boolean(),
    layout: fc.constantFrom("speaker" as const, "3x3" as const, "4x4" as const, "5x5" as const),
    numPerSecond: fc.constantFrom(0.3, 1, 3, 5, 7, 10, 25),
    durationS: fc.integer({ min: 1, max: 3600 }),
    staggerMs: fc.constantFrom(0, 1, 700, 60_000),
  })
  .map((some): PlanInput => {
    const fewer = Math.floor(some.publishers * some.fewerShare);
    return planInput({
      hosts: some.hosts,
      load: {
        per: some.per,
        rooms: some.rooms,
        layout: some.layout,
        numPerSecond: some.numPerSecond,
        duration: `${some.durationS}s`,
        stagger: `${some.staggerMs}ms`,
      },
      counts: {
        publishers: some.publishers,
        videoPublishers: some.fewerVideo ? fewer : some.publishers,
        audioPublishers: some.fewerVideo ? some.publishers : fewer,
        subscribers: some.subscribers,
      },
    });
  })
  .filter(({ config, hosts, counts }) => {
    const participants = counts.participants * (config.load.per === "host" ? hosts.length : 1);
    const rooms = typeof config.load.rooms === "number" ? config.load.rooms : 1;
    return participants >= Math.max(hosts.length, rooms);
  });

const holds = (name: string, check: (plan: Plan, input: PlanInput) => void) =>
  test(name, () => {
    fc.assert(
      fc.property(inputs, (input) => check(buildPlan(input), input)),
      { numRuns: 100 },
    );
  });

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const participantsOf = (segment: Plan["segments"][number]) => publisherCount(segment) + segment.subscribers;
const spread = (numbers: readonly number[]) => Math.max(...numbers) - Math.min(...numbers);
const kinds = ["videoPublishers", "audioPublishers", "subscribers"] as const;

holds("a plan fits its schema", (plan) => {
  expect(planSchema.parse(plan)).toEqual(plan);
});

holds("sums are preserved: run, rooms and segments hold what was asked", (plan, { config, counts, hosts }) => {
  const times = config.load.per === "host" ? hosts.length : 1;
  for (const kind of kinds) {
    expect(plan.totals[kind]).toBe(counts[kind] * times);
    expect(sum(plan.rooms.map((room) => room[kind]))).toBe(counts[kind] * times);
    expect(sum(plan.segments.map((segment) => segment[kind]))).toBe(counts[kind] * times);
  }
  expect(plan.totals.publishers).toBe(counts.publishers * times);
  expect(sum(plan.segments.map(publisherCount))).toBe(counts.publishers * times);
  expect(plan.totals.participants).toBe(counts.participants * times);
  expect(sum(plan.hosts.map((host) => host.participants))).toBe(counts.participants * times);
});

holds("every room gets its asked counts, within one of every other room", (plan) => {
  for (const kind of [...kinds, "publishers"] as const) {
    expect(spread(plan.rooms.map((room) => room[kind]))).toBeLessThanOrEqual(1);
  }
  expect(spread(plan.rooms.map((room) => room.publishers + room.subscribers))).toBeLessThanOrEqual(1);
});

holds("a room's segments add up to the room", (plan) => {
  const bySegment = Map.groupBy(plan.segments, (segment) => segment.room);
  expect(new Set(bySegment.keys())).toEqual(new Set(plan.rooms.map((room) => room.name)));
  for (const room of plan.rooms) {
    const own = bySegment.get(room.name)!;
    for (const kind of kinds) expect(sum(own.map((segment) => segment[kind]))).toBe(room[kind]);
    expect(sum(own.map(publisherCount))).toBe(room.publishers);
    expect(publisherCount(room)).toBe(room.publishers);
  }
});

holds("no host carries more than its even share, rounded up, and none is idle", (plan) => {
  for (const host of plan.hosts) {
    expect(host.participants).toBeLessThanOrEqual(Math.ceil(plan.totals.participants / plan.hosts.length));
    expect(host.participants).toBeGreaterThanOrEqual(1);
    const own = plan.segments.filter((segment) => segment.host === host.name);
    expect(sum(own.map(participantsOf))).toBe(host.participants);
  }
});

test("with rooms and hosts in whole multiples of each other no room is cut needlessly", () => {
  const sizes = fc.record({
    few: fc.integer({ min: 1, max: 8 }),
    times: fc.integer({ min: 1, max: 6 }),
    moreRooms: fc.boolean(),
    publishers: fc.integer({ min: 0, max: 60 }),
    subscribers: fc.integer({ min: 48, max: 500 }),
  });
  fc.assert(
    fc.property(sizes, ({ few, times, moreRooms, publishers, subscribers }) => {
      const [rooms, hosts] = moreRooms ? [few * times, few] : [few, few * times];
      const plan = planned({ hosts, load: { per: "run", rooms }, counts: { publishers, subscribers } });
      expect(plan.segments).toHaveLength(few * times);
    }),
    { numRuns: 300 },
  );
});

holds("every process has somebody, and no two share a name", (plan) => {
  for (const segment of plan.segments) expect(participantsOf(segment)).toBeGreaterThanOrEqual(1);
  const unique = (names: readonly string[]) => expect(new Set(names).size).toBe(names.length);
  unique(plan.segments.map((segment) => segment.id));
  unique(plan.segments.map((segment) => segment.identityPrefix));
  unique(plan.rooms.map((room) => room.name));
  for (const { identityPrefix } of plan.segments) expect(identityPrefix).toMatch(/^[a-z0-9-]{1,24}$/);
});

holds("all processes end together, and none holds for less than the duration", (plan) => {
  for (const segment of plan.segments) {
    expect(segment.startOffsetMs + segment.rampMs + segment.holdMs).toBe(plan.timing.totalMs);
    expect(segment.holdMs).toBeGreaterThanOrEqual(plan.timing.durationMs);
  }
  expect(Math.min(...plan.segments.map((segment) => segment.holdMs))).toBe(plan.timing.durationMs);
});

holds("expected tracks lie between one per publisher seen and all tracks of the room", (plan) => {
  for (const room of plan.rooms) {
    const { min, max } = room.expectedTracksPerSubscriber;
    expect(min).toBeLessThanOrEqual(max);
    expect(max).toBeLessThanOrEqual(room.videoPublishers + room.audioPublishers);
  }
});

holds("the same input gives the same plan, and another run id changes names only", (plan, input) => {
  expect(JSON.stringify(buildPlan(structuredCloneInput(input)))).toBe(JSON.stringify(plan));
  const other = buildPlan({ ...input, runId: "20270101-000000-zzzz" });
  const renamed = JSON.stringify(other).replaceAll("20270101-000000-zzzz", input.runId).replaceAll("zzzz-h", "k3f9-h");
  expect(renamed).toBe(JSON.stringify(plan));
});

/** The same values in other objects: no plan may depend on identity. */
function structuredCloneInput(input: PlanInput): PlanInput {
  return { ...input, hosts: input.hosts.map((host) => ({ ...host })), counts: { ...input.counts } };
}
