import { expect, test } from "vitest";
import { SegmentProgress } from "../../src/load/segment-progress.ts";
import { joins } from "../../src/metrics/joins.ts";
import { capturedRun } from "./captured-run.ts";

/** A process of the captured run in which nobody has come yet. */
function silent() {
  const { plan } = capturedRun();
  const segment = plan.segments.find(({ subscribers }) => subscribers > 1);
  if (!segment) throw new Error("the captured run has no process with subscribers");
  return { plan, segment, progress: new SegmentProgress(segment, 1) };
}

test("those who never came are censored, with the least that one of them was waited for", () => {
  const { plan, segment, progress } = silent();
  const { firstTrack } = joins(plan, [progress], 0, 60_000);
  expect(firstTrack).toMatchObject({ values: [], censored: segment.subscribers });
  expect(firstTrack.censoredAtLeastMs).toBeGreaterThan(50_000);
});

test("those whose turn had not come when the load was ended early were not waited for", () => {
  const { plan, progress } = silent();
  const startAtMs = 0;
  expect(joins(plan, [progress], startAtMs, startAtMs - 1)).toMatchObject({
    firstTrack: { values: [], censored: 0, censoredAtLeastMs: null },
    publish: { values: [], censored: 0 },
  });
});
