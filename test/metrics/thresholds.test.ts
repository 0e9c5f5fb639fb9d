import { expect, test } from "vitest";
import { judge, type Figures, type MetricFigure } from "../../src/metrics/thresholds.ts";
import { verdictOf } from "../../src/metrics/verdict.ts";
import type { Reason, ThresholdResult } from "../../src/metrics/result.ts";

const figure = (measured: number | null, more: Partial<MetricFigure> = {}): MetricFigure => ({
  measured,
  source: "server counters",
  n: 5,
  window: "steady",
  reason: measured === null ? "no source: nobody looked" : null,
  ...more,
});

const figures = (one: MetricFigure) => ({ loss: one, firstTrackP99: one }) as Partial<Figures> as Figures;
const limit = (op: "<=" | ">=" | "<" | ">", value: number, origin: "user" | "default" = "default") =>
  ({ metric: "loss", op, value, unit: "%", origin }) as const;

test.each([
  ["<=", 2, "passed"],
  ["<=", 1.999, "failed"],
  ["<", 2, "failed"],
  [">=", 2, "passed"],
  [">", 2, "failed"],
  [">", 1.9, "passed"],
] as const)("2 %s %d: %s", (op, value, status) => {
  expect(judge(limit(op, value), figures(figure(2)))).toMatchObject({ status, measured: 2, reason: null, n: 5 });
});

test("what was not measured is not judged, whatever the limit", () => {
  for (const op of ["<=", ">=", "<", ">"] as const) {
    expect(judge(limit(op, 0), figures(figure(null)))).toMatchObject({
      status: "not judged",
      measured: null,
      reason: "no source: nobody looked",
    });
  }
  expect(judge({ ...limit("<=", 1), metric: "colour" }, figures(figure(0)))).toMatchObject({ status: "not judged" });
  expect(judge({ ...limit("<=", 1), metric: "toString" }, figures(figure(0)))).toMatchObject({ status: "not judged" });
});

test("a figure that is only known to lie above something breaks a limit below that, and judges no other", () => {
  const above = figures(figure(null, { above: 10_000, reason: "p99 is among the 3 that never got a track" }));
  expect(judge(limit("<=", 400), above)).toMatchObject({
    status: "failed",
    measured: null,
    reason: "above 10000 %: p99 is among the 3 that never got a track",
  });
  expect(judge(limit("<=", 20_000), above).status).toBe("not judged");
  expect(judge(limit(">=", 400), above).status).toBe("not judged");
});

const saturated: Reason = { kind: "saturated", text: "h1 was saturated", host: "h1" };
const noWindow: Reason = { kind: "no-steady-window", text: "no steady window", host: null };
const result = (status: ThresholdResult["status"], origin: "user" | "default" = "default"): ThresholdResult =>
  status === "not judged"
    ? judge(limit("<=", 2.5, origin), figures(figure(null)))
    : judge(limit("<=", 2.5, origin), figures(figure(status === "passed" ? 1 : 2.50001)));

test.each([
  ["all held", [result("passed")], [], "pass"],
  ["one held, a default without a source", [result("passed"), result("not judged")], [], "pass"],
  ["only defaults without a source", [result("not judged")], [], "invalid"],
  ["none set", [], [], "pass"],
  ["a user's own without a source", [result("passed"), result("not judged", "user")], [], "invalid"],
  ["broken", [result("failed")], [], "fail"],
  ["broken, another without a source", [result("failed"), result("not judged", "user")], [], "fail"],
  ["broken, no steady window", [result("failed")], [noWindow], "fail"],
  ["broken by a saturated generator", [result("failed")], [saturated], "invalid"],
  ["held by a saturated generator", [result("passed")], [saturated], "invalid"],
  ["held, no steady window", [result("passed")], [noWindow], "invalid"],
] as const)("verdict: %s", (_, thresholds, findings, status) => {
  const verdict = verdictOf(thresholds, findings);
  expect(verdict.status).toBe(status);
  expect(verdict.reasons.length > 0).toBe(status !== "pass");
});

test("all reasons are listed, those that decide first; a broken limit is never shown as equal to its figure", () => {
  expect(verdictOf([result("failed")], [saturated])).toEqual({
    status: "invalid",
    headline: "Invalid: h1 was saturated (and 1 more).",
    reasons: [saturated, { kind: "threshold", text: "loss is 2.50001 %, the limit is <= 2.5 %", host: null }],
  });
});

test("the reasons of an invalid run stand in the order of their gravity, those of one kind as they were found", () => {
  const found = (kind: Reason["kind"], text: string = kind): Reason => ({ kind, text, host: null });
  const { status, reasons, headline } = verdictOf(
    [],
    [
      found("no-steady-window"),
      found("coverage"),
      found("clock"),
      found("saturated", "h2"),
      found("saturated", "h1"),
      found("lost-host"),
      found("interrupted"),
    ],
  );
  expect(status).toBe("invalid");
  expect(reasons.map(({ text }) => text)).toEqual([
    "interrupted",
    "lost-host",
    "h2",
    "h1",
    "clock",
    "coverage",
    "no-steady-window",
  ]);
  expect(headline).toBe("Invalid: interrupted (and 6 more).");
});
