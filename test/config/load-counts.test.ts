import { assert, constant, integer, option, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countConflict,
  countNames,
  resolveCounts,
  type GivenCounts,
  type LoadCounts,
} from "../../src/config/load-counts.ts";
import { scenarioLoad, scenarios } from "../../src/config/scenarios.ts";

const count = option(integer({ min: 0, max: 3000 }), { nil: undefined });
const given = record({
  participants: count,
  publishers: count,
  videoPublishers: count,
  audioPublishers: count,
  subscribers: count,
}).map((counts) => Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== undefined)) as GivenCounts);

function expectSums(counts: LoadCounts): void {
  expect(counts.publishers + counts.subscribers).toBe(counts.participants);
  expect(Math.max(counts.videoPublishers, counts.audioPublishers)).toBe(counts.publishers);
  expect(counts.participants).toBeGreaterThan(0);
  for (const name of countNames) expect(counts[name]).toBeGreaterThanOrEqual(0);
  for (const name of countNames) expect(Number.isInteger(counts[name])).toBe(true);
}

describe("counts", () => {
  it.each<[string, GivenCounts, [number, number, number, number, number]]>([
    ["nothing", {}, [100, 10, 5, 10, 90]],
    ["one participant", { participants: 1 }, [1, 1, 1, 1, 0]],
    ["five participants", { participants: 5 }, [5, 1, 1, 1, 4]],
    ["250 participants", { participants: 250 }, [250, 25, 13, 25, 225]],
    ["no publishers", { publishers: 0 }, [100, 0, 0, 0, 100]],
    ["no subscribers", { participants: 10, subscribers: 0 }, [10, 10, 5, 10, 0]],
    ["publishers alone", { publishers: 20 }, [100, 20, 10, 20, 80]],
    ["many publishers alone", { publishers: 150 }, [1500, 150, 75, 150, 1350]],
    ["subscribers alone", { subscribers: 450 }, [500, 50, 25, 50, 450]],
    ["few video publishers alone", { videoPublishers: 3 }, [100, 10, 3, 10, 90]],
    ["many video publishers alone", { videoPublishers: 30 }, [100, 30, 30, 30, 70]],
    ["audio publishers alone", { audioPublishers: 4 }, [100, 4, 2, 4, 96]],
    ["audio only", { audioPublishers: 4, videoPublishers: 0 }, [100, 4, 0, 4, 96]],
    ["video only", { audioPublishers: 0, videoPublishers: 4 }, [100, 4, 4, 0, 96]],
    ["audio for some publishers", { publishers: 10, audioPublishers: 2 }, [100, 10, 10, 2, 90]],
    ["both parts", { publishers: 2, subscribers: 3 }, [5, 2, 1, 2, 3]],
  ])("%s", (_, counts, [participants, publishers, videoPublishers, audioPublishers, subscribers]) => {
    expect(resolveCounts(counts)).toEqual({ participants, publishers, videoPublishers, audioPublishers, subscribers });
  });

  it("keep what was given, add up, or are refused with a reason", () => {
    assert(
      property(given, (counts) => {
        const conflict = countConflict(counts);
        if (conflict) {
          expect(() => resolveCounts(counts)).toThrow(conflict.message);
          for (const name of conflict.counts) expect(counts[name]).toBeDefined();
          return;
        }
        const resolved = resolveCounts(counts);
        expectSums(resolved);
        expect(resolved).toMatchObject(counts);
        expect(resolveCounts(resolved)).toEqual(resolved);
      }),
      { numRuns: 2000 },
    );
  });

  it("a total alone is never refused, nor a total with fewer subscribers", () => {
    assert(
      property(integer({ min: 1, max: 100_000 }), integer({ min: 0, max: 100_000 }), (participants, less) => {
        expectSums(resolveCounts({ participants }));
        expectSums(resolveCounts({ participants, subscribers: Math.max(0, participants - less) }));
      }),
    );
  });

  it("of a scenario survive any override that fits by itself", () => {
    const total = option(integer({ min: 1, max: 3000 }), { nil: undefined });
    assert(
      property(constant(scenarios), total, integer({ min: 0, max: 4 }), (all, participants, which) => {
        const scenario = all[which]!;
        const own: GivenCounts = participants === undefined ? {} : { participants };
        const load = { ...scenarioLoad(scenario, own, { participantsByFlag: false }), ...own };
        expectSums(resolveCounts(load));
      }),
    );
  });
});
