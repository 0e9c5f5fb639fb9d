import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { payloads, teardownWithTexts, withTexts } from "./hostile-result.ts";
import {
  cleanTeardown,
  dirtyTeardown,
  failResult,
  interruptedResult,
  noMetricsResult,
  saturatedResult,
} from "./sample-results.ts";

describe("the Markdown summary", () => {
  it("begins with the verdict and its sentence", () => {
    const lines = renderMarkdown(failResult(), cleanTeardown()).split("\n");
    expect(lines[0]).toBe("# ❌ FAIL: spring-capacity");
    expect(lines[2]).toBe(
      "2 of 5 thresholds are broken: loss 3.17 % (limit 2.5 %) and 988 of 1,000 participants joined.",
    );
  });

  it("has thresholds with their evidence", () => {
    expect(renderMarkdown(failResult(), null)).toContain(
      "| loss | ❌ failed | ≤ 2.5 % | 3.17 % | over by 0.67 points | steady 0:23–5:24 | server counters | 31,304,000 |",
    );
  });

  it("keeps what was not judged apart from what passed", () => {
    const text = renderMarkdown(noMetricsResult(), null);
    expect(text).toMatch(/\| loss \| ⚪ not judged: no source \| ≤ 2\.5 % \| not measured \|/);
    expect(renderMarkdown(saturatedResult(), null)).not.toContain("✅ passed");
  });

  it("says what was not measured, and that nothing proves a teardown yet", () => {
    const text = renderMarkdown(interruptedResult(), null);
    expect(text).toContain("| Busiest generator core | *not measured* | no steady window | – |");
    expect(text).toContain("No proof yet");
    expect(renderMarkdown(failResult(), dirtyTeardown())).toContain(
      "**Incomplete:** 80 made or changed, 75 removed or restored.",
    );
  });

  it("lists what is wrong, and ends in one line break", () => {
    const text = renderMarkdown(failResult(), cleanTeardown());
    expect(text).toContain("| gen-7 | finished | 12 of 100 not joined; unusual: start error, received |");
    expect(text).toContain(
      "| subscribe | 31 | track subscription failed, lp:&lt;id\\>, sid:&lt;id\\>, rp:&lt;id\\> | hosts/gen-7/stream.log:530 |",
    );
    expect(text).toMatch(/[^\n]\n$/);
  });

  it.each(payloads)("keeps text from outside as text: %j", (text) => {
    const shape = (payload: string) =>
      renderMarkdown(withTexts(failResult(), payload), teardownWithTexts(dirtyTeardown(), payload))
        .split("\n")
        .map((line) => `${/^(#+|-|\|)?/.exec(line)![0]} ${line.match(/(?<!\\)\|/g)?.length ?? 0}`);
    const markdown = renderMarkdown(withTexts(failResult(), text), teardownWithTexts(dirtyTeardown(), text));
    expect(shape(text)).toEqual(shape("Plain"));
    expect(markdown).not.toMatch(/<[a-z!/]|(?<!\\)\[|(?<!\w)@[a-z]/i);
  });
});
