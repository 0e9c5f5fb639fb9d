import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { renderTerminal } from "../../src/report/terminal.ts";
import { payloads, withTexts } from "./hostile-result.ts";
import {
  failResult,
  interruptedResult,
  largeResult,
  noMetricsResult,
  passResult,
  saturatedResult,
} from "./sample-results.ts";

const plain = { columns: 80, color: false };
const samples = { passResult, failResult, saturatedResult, noMetricsResult, interruptedResult, largeResult };

describe("the terminal summary", () => {
  it.each(Object.entries(samples))("fits 40, 80 and 200 columns: %s", (_, make) => {
    for (const columns of [40, 80, 200]) {
      const text = renderTerminal(make(), { columns, color: true });
      for (const line of text.split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it("says the same with and without colour", () => {
    const colored = renderTerminal(failResult(), { columns: 80, color: true });
    expect(colored).toContain("\u001b[31m");
    expect(stripVTControlCharacters(colored)).toBe(renderTerminal(failResult(), plain));
  });

  it("begins with the verdict", () => {
    expect(renderTerminal(saturatedResult(), plain)).toMatch(/^INVALID {2}gen-4 could not keep up: /);
    expect(renderTerminal(passResult(), plain)).toMatch(/^PASS {2}All 5 thresholds hold/);
  });

  it("shows thresholds with figure, margin, source and n", () => {
    expect(renderTerminal(failResult(), { ...plain, columns: 120 })).toMatch(
      /^failed {2}loss +≤ 2\.5 % +3\.17 % +over by 0\.67 points \(server counters, n = 31,304,000\)$/m,
    );
  });

  it("never shows as passed what was not judged or cannot be trusted", () => {
    expect(renderTerminal(noMetricsResult(), plain)).toMatch(/^NOT JUDGED {2}loss +≤ 2\.5 % +not measured/m);
    expect(renderTerminal(saturatedResult(), plain)).not.toMatch(/^passed/m);
  });

  it("says why a figure is missing", () => {
    expect(renderTerminal(interruptedResult(), plain)).toMatch(
      /Busiest generator core +not measured {2}\(no steady window\)/,
    );
  });

  it("names the hosts that matter and counts the rest", () => {
    expect(renderTerminal(failResult(), plain)).toContain(
      "- gen-7: 12 of 100 not joined; unusual: start error, received",
    );
    const result = largeResult();
    for (const host of result.hosts) host.retries = 1;
    expect(renderTerminal(result, plain)).toContain("and 145 more hosts");
  });

  it.each(payloads)("never acts on text from outside: %j", (text) => {
    const printed = renderTerminal(withTexts(failResult(), text), plain);
    expect(printed.replaceAll("\n", "")).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u);
  });
});
