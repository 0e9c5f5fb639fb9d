import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderCsv } from "../../src/report/csv.ts";
import { anyText, payloads, withTexts } from "./hostile-result.ts";
import { interruptedResult, passResult } from "./sample-results.ts";

/** RFC 4180. */
function parse(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const token = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/y;
  while (token.lastIndex < csv.length) {
    const match = token.exec(csv);
    if (!match) throw new Error("not CSV");
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe("samples.csv", () => {
  it("has every sample once, gaps with an empty value", () => {
    const result = passResult();
    const [head, ...rows] = parse(renderCsv(result));
    expect(head).toEqual(["time", "series", "host", "value", "unit", "source"]);
    const points = result.series.flatMap((series) => series.points.map(([, value]) => [series, value] as const));
    expect(rows.map((row) => row[3])).toEqual(points.map(([, value]) => (value === null ? "" : String(value))));
    expect(rows.map((row) => row[2])).toEqual(points.map(([series]) => series.host ?? ""));
    expect(rows[1]).toEqual(["2026-03-14T09:26:54.500Z", "participants/intended", "", "50", "", "plan"]);
    expect(rows.some((row) => row[3] === "")).toBe(true);
  });

  it("keeps names in their field, and no name is a formula", () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...payloads), anyText), (text) => {
        const rows = parse(renderCsv(withTexts(interruptedResult(), text)));
        for (const row of rows) {
          expect(row).toHaveLength(6);
          expect(row[2]).not.toMatch(/^[=+@-]/);
        }
      }),
      { numRuns: 20 },
    );
  });
});
