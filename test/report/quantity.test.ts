import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { formatElapsed, formatUtc } from "../../src/report/moment.ts";
import {
  formatBare,
  formatBitrate,
  formatBytes,
  formatIn,
  formatLargeCount,
  formatMs,
  formatNumber,
  formatPercent,
} from "../../src/report/quantity.ts";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [1234.5, "1,235"],
    [99.96, "100"],
    [12.34, "12.3"],
    [0.41, "0.41"],
    [0.01234, "0.012"],
    [-3.456, "−3.46"],
  ])("%d reads %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [formatBitrate(118_400_000), "118 Mbit/s"],
    [formatBitrate(999_999_999), "1 Gbit/s"],
    [formatBitrate(12), "12 bit/s"],
    [formatBytes(1.24e9), "1.24 GB"],
    [formatLargeCount(99_999), "99,999"],
    [formatLargeCount(12_345_678), "12.3 M"],
    [formatMs(0.41), "0.41 ms"],
    [formatMs(312.4), "312 ms"],
    [formatMs(1240), "1.24 s"],
    [formatMs(312_000), "5 min 12 s"],
    [formatMs(3_600_000), "1 h"],
    [formatMs(-90_000), "−1 min 30 s"],
    [formatIn(1180, "Mbit/s"), "1.18 Gbit/s"],
    [formatIn(1000, "participants"), "1,000 participants"],
    [formatBare(1000, "participants"), "1,000"],
  ])("reads %s", (text, expected) => expect(text).toBe(expected));

  it("never rounds a percentage up to all or down to nothing", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (percent) => {
        const text = formatPercent(percent);
        expect(text === "100 %").toBe(percent === 100);
        expect(text === "0 %").toBe(percent === 0);
      }),
    );
  });
});

describe("times", () => {
  it("are UTC in ISO 8601", () => {
    expect(formatUtc(Date.UTC(2026, 2, 14, 9, 26, 53, 500))).toBe("2026-03-14T09:26:53Z");
    expect(formatUtc(Date.UTC(2026, 2, 14, 9, 26, 53, 500), "millisecond")).toBe("2026-03-14T09:26:53.500Z");
    expect(formatUtc(1e300)).toBe("not a time");
  });
  it("count from the start", () => {
    expect([5000, 750_000, 3_723_000, -2000, -100].map(formatElapsed)).toEqual([
      "0:05",
      "12:30",
      "1:02:03",
      "−0:02",
      "0:00",
    ]);
  });
});
