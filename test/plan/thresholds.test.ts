import { expect, test } from "vitest";
import { thresholdsSchema } from "../../src/config/thresholds.ts";
import { planThresholds, thresholdWarnings } from "../../src/plan/thresholds.ts";

const everySource = { serverMetrics: true, receivingSubscribers: 1000, probeVisits: 0 };

test("the defaults hold unless the user says otherwise", () => {
  const plan = planThresholds(thresholdsSchema.parse({}));
  expect(plan.map(({ metric, op, value, unit }) => `${metric} ${op} ${value}${unit}`)).toEqual([
    "loss <= 2.5%",
    "trackSubscribeP99 <= 400ms",
    "participantsJoined >= 100%",
    "hostsFinished >= 100%",
  ]);
  expect(new Set(plan.map((threshold) => threshold.origin))).toEqual(new Set(["default"]));
});

test("own limits replace and add, false drops", () => {
  const plan = planThresholds(
    thresholdsSchema.parse({ loss: "< 1%", firstTrackP50: "<= 2s", trackSubscribeP99: false }),
  );
  expect(plan).toEqual([
    { metric: "loss", op: "<", value: 1, unit: "%", origin: "user" },
    { metric: "firstTrackP50", op: "<=", value: 2000, unit: "ms", origin: "user" },
    { metric: "participantsJoined", op: ">=", value: 100, unit: "%", origin: "default" },
    { metric: "hostsFinished", op: ">=", value: 100, unit: "%", origin: "default" },
  ]);
  expect(thresholdWarnings(plan, everySource)).toEqual([]);
});

test("limits without a source are told before the run", () => {
  const plan = planThresholds(thresholdsSchema.parse({ retransmission: "< 1%", firstTrackP99: "<= 2s" }));
  expect(thresholdWarnings(plan, { serverMetrics: false, receivingSubscribers: 99, probeVisits: 0 })).toEqual([
    "no source for the thresholds you set on retransmission: without livekit.metrics or a kubernetes section the run is invalid",
    "no source for trackSubscribeP99: set livekit.metrics, or kubernetes for its pods, to have them judged",
    "firstTrackP99 needs 100 subscribers that receive tracks, the plan has 99: the run will be invalid",
  ]);
});
