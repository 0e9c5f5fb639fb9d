import { describe, expect, it } from "vitest";
import type { ThresholdResult } from "../../src/metrics/result.ts";
import { marginText, measuredText, statusText, targetText, windowText } from "../../src/report/threshold-words.ts";
import { interruptedResult, passResult } from "./sample-results.ts";

const loss: ThresholdResult = {
  metric: "loss",
  meaning: "",
  op: "<=",
  target: 2.5,
  unit: "%",
  origin: "default",
  measured: 0.41,
  source: "server counters",
  n: 100,
  window: "steady",
  sliding: null,
  status: "passed",
  reason: null,
};

describe("a threshold in words", () => {
  it("tells target and margin in the threshold's unit", () => {
    expect(targetText(loss)).toBe("≤ 2.5 %");
    expect(marginText(loss)).toBe("2.09 points to spare");
    expect(marginText({ ...loss, measured: 3.2 })).toBe("over by 0.7 points");
    expect(marginText({ ...loss, op: ">=", target: 100, measured: 98.8 })).toBe("short by 1.2 points");
    expect(marginText({ ...loss, measured: 2.5 })).toBe("exactly at the limit");
    expect(marginText({ ...loss, unit: "ms", target: 400, measured: 312.4 })).toBe("87.6 ms to spare");
  });

  it("names the worst of the windows that slide, and how many could not be judged", () => {
    const { phases } = passResult();
    const zeroMs = phases.startAtMs ?? 0;
    const worst = { fromMs: zeroMs + 42_000, toMs: zeroMs + 72_000 };
    const sliding = { forMs: 30_000, judged: 7, windows: 7, worst, aborted: false };
    expect(windowText({ ...loss, sliding }, phases)).toBe("any 30 s of steady; worst 0:42–1:12");
    expect(windowText({ ...loss, sliding: { ...sliding, judged: 5 } }, phases)).toMatch(/; 2 of 7 not judged$/);
    expect(windowText({ ...loss, sliding: { ...sliding, worst: null } }, phases)).toBe("any 30 s of steady");
  });

  it("never rounds a figure onto its limit", () => {
    expect(measuredText({ ...loss, measured: 2.5 })).toBe("2.5 %");
    expect(measuredText({ ...loss, measured: 2.504 })).toBe("2.504 %");
    expect(measuredText({ ...loss, measured: 2.5000000001 })).toBe("2.5000000001 %");
    expect(measuredText({ ...loss, unit: "ms", target: 400, measured: 400.2 })).toBe("400.2 ms");
  });

  it("says what was not judged, and what failed without a figure", () => {
    const none = { ...loss, measured: null, source: null, n: null };
    const unjudged = { ...none, status: "not judged", reason: "no source: no endpoint" } as const;
    expect([measuredText(unjudged), marginText(unjudged), statusText(unjudged)]).toEqual([
      "not measured",
      null,
      "not judged: no source",
    ]);
    expect(statusText({ ...unjudged, reason: "no source" })).toBe("not judged: no source");
    const seldom = { ...unjudged, n: 40, reason: "too few samples: p99 needs 100, there are 40" } as const;
    expect(statusText(seldom)).toBe("not judged: too few samples");
    const failed = { ...none, status: "failed", reason: "above 10000 ms" } as const;
    expect([measuredText(failed), statusText(failed)]).toEqual(["beyond what can be measured", "failed"]);
  });

  it("names the bounds of its window", () => {
    expect(windowText(loss, passResult().phases)).toBe("steady 0:23–5:24");
    expect(windowText(loss, interruptedResult().phases)).toBe("steady: none");
    expect(windowText({ ...loss, window: "load" }, passResult().phases)).toBe("whole load");
  });
});
