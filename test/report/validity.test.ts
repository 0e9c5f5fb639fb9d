import { describe, expect, it } from "vitest";
import { isTainted, validityChecks } from "../../src/report/validity.ts";
import { busyCluster, clusterResult } from "./sample-cluster.ts";
import { interruptedResult, noMetricsResult, passResult, saturatedResult } from "./sample-results.ts";

const statusOf = (result: ReturnType<typeof passResult>) =>
  Object.fromEntries(validityChecks(result).map(({ kind, status }) => [kind, status]));

describe("validity checks", () => {
  it("hold where everything was measured", () => {
    expect(new Set(Object.values(statusOf(passResult())))).toEqual(new Set(["held"]));
  });

  it("are broken with the reasons of the verdict", () => {
    const checks = validityChecks(saturatedResult());
    expect(checks.find(({ kind }) => kind === "saturated")).toMatchObject({
      status: "broken",
      detail: expect.stringContaining("gen-4: core 2"),
    });
    expect(checks.filter(({ status }) => status === "broken").map(({ kind }) => kind)).toEqual([
      "saturated",
      "udp-drops",
      "no-source",
    ]);
  });

  it("never hold without a measurement", () => {
    expect(statusOf(interruptedResult())).toMatchObject({
      saturated: "unknown",
      "udp-drops": "unknown",
      clock: "unknown",
      coverage: "unknown",
      "no-source": "unknown",
    });
  });

  it("name the hosts that were not measured", () => {
    const result = passResult();
    result.hosts[2]!.maxCorePercent = null;
    expect(validityChecks(result).find(({ kind }) => kind === "saturated")).toMatchObject({
      status: "unknown",
      detail: expect.stringContaining("not measured on gen-3"),
    });
  });

  it("do not hold where a cluster answered too seldom, although nothing hangs on it", () => {
    const result = { ...passResult(), kubernetes: clusterResult(busyCluster()) };
    expect(validityChecks(result).find(({ kind }) => kind === "coverage")).toMatchObject({
      status: "unknown",
      detail: expect.stringContaining("Kubernetes answered for podMetrics only 2 of 6 polls"),
    });
  });

  it("say nothing of what no load was there to show", () => {
    const result = passResult();
    result.verdict = {
      status: "invalid",
      headline: "no load",
      reasons: [{ kind: "no-load", text: "no lk process was started", host: null }],
    };
    const { "no-load": noLoad, ...others } = statusOf(result);
    expect(noLoad).toBe("broken");
    expect(new Set(Object.values(others))).toEqual(new Set(["unknown"]));
  });

  it("tell a tainted run from one that only lacks a figure", () => {
    expect(isTainted(saturatedResult())).toBe(true);
    const result = noMetricsResult();
    result.verdict = { status: "invalid", headline: "", reasons: [{ kind: "no-source", text: "x", host: null }] };
    expect(isTainted(result)).toBe(false);
  });
});
