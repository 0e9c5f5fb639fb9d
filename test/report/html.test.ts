import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { anyText, payloads, teardownWithTexts, withTexts } from "./hostile-result.ts";
import {
  cleanTeardown,
  dirtyTeardown,
  failResult,
  interruptedResult,
  largeResult,
  noMetricsResult,
  passResult,
  saturatedResult,
} from "./sample-results.ts";

/** The visible words of a part, tags and markup removed. */
function words(html: string, id?: string): string {
  const start = id === undefined ? 0 : html.indexOf(`<section id="${id}"`);
  if (start < 0) throw new Error(`no section ${id}`);
  const part = html.slice(start, id === undefined ? undefined : html.indexOf("</section>", start));
  return part
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, " ");
}

/** Every tag with the names of its attributes; throws where a `<` begins none. Links are left out. */
function structure(html: string): string[] {
  const tag = /<(?:!doctype html|\/[a-z0-9]+\s*|([a-z0-9]+)((?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\s*\/?)>/y;
  const tags: string[] = [];
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at + 1)) {
    tag.lastIndex = at;
    const match = tag.exec(html);
    if (!match) throw new Error(`not a tag of ours: ${html.slice(at, at + 80)}`);
    if (/^<\/?a[\s>]/.test(match[0])) continue;
    tags.push(
      `${match[0].startsWith("</") ? "/" : ""}${match[1] ?? ""} ${[...(match[2] ?? "").matchAll(/\s([a-zA-Z0-9-]+)="[^"]*"/g)].map(([, name]) => name).join(" ")}`,
    );
  }
  return tags;
}

describe("the verdict", () => {
  it.each([
    [passResult, "PASS", "pass"],
    [failResult, "FAIL", "fail"],
    [saturatedResult, "INVALID", "invalid"],
    [interruptedResult, "INVALID", "invalid"],
  ])("stands first, with its sentence (%o)", (make, word, tone) => {
    const result = make();
    const html = renderHtml(result, null);
    expect(html).toContain(`class="banner ${tone}"`);
    const text = words(html);
    expect(text.indexOf(word)).toBeLessThan(text.indexOf("Participants joined"));
    expect(text).toContain(result.verdict.headline);
  });
});

describe("thresholds", () => {
  it("show target, measured, margin, window, source and n", () => {
    expect(words(renderHtml(failResult(), null), "thresholds")).toMatch(
      /loss default packets lost .* failed ≤ 2\.5 % 3\.17 % over by 0\.67 points steady 0:23–5:24 server counters n = 31,304,000/,
    );
  });

  it("that were not judged never look like passed ones", () => {
    const html = renderHtml(noMetricsResult(), null);
    const part = words(html, "thresholds");
    expect(part.match(/not judged: no source/g)).toHaveLength(2);
    expect(part).toContain("2 of 5 not judged.");
    expect(html.match(/<tr class="unjudged">/g)!.length).toBeGreaterThanOrEqual(2);
    expect(words(html).split("Thresholds")[0]).toContain("2 of 5 thresholds not judged loss, trackSubscribeP99");
  });

  it("prove nothing in a run that cannot be trusted", () => {
    const part = words(renderHtml(saturatedResult(), null), "thresholds");
    expect(part).not.toMatch(/ passed /);
    expect(part).toContain("met, unproven");
    expect(part).toContain("The measurement is not trustworthy.");
  });
});

describe("what was not measured", () => {
  it("is said with its reason, and is never 0", () => {
    const text = words(renderHtml(interruptedResult(), null));
    expect(text).toContain("Busiest generator core not measured no steady window");
    expect(text).toContain("Start skew over hosts not measured fewer than two hosts");
    expect(text).toContain("First track p99 never 159 of 180 did not arrive");
    expect(text).not.toMatch(/Packet loss, server → subscribers 0 %/);
  });

  it("is a gap in the lines and a hatched piece of the strip", () => {
    const whole = renderHtml(passResult({ gap: null }), null);
    const holed = renderHtml(passResult(), null);
    const pieces = (html: string) => html.match(/class="line s0" d="[^"]*"/g)!.map((path) => path.match(/M/g)!.length);
    expect(pieces(whole).every((count) => count === 1)).toBe(true);
    expect(pieces(holed).filter((count) => count === 2)).toHaveLength(2);
  });

  it("has a row of its own in the strips: a silent host is not left out", () => {
    expect(words(renderHtml(interruptedResult(), null), "trust")).toMatch(/gen-1 gen-2 0:00/);
  });

  it("says that there is no proof of a teardown yet", () => {
    expect(words(renderHtml(passResult(), null), "teardown")).toContain("No proof yet.");
    expect(words(renderHtml(passResult(), cleanTeardown()), "teardown")).toContain("Nothing is left behind.");
    const dirty = words(renderHtml(passResult(), dirtyTeardown()), "teardown");
    expect(dirty).toMatch(/Teardown is incomplete\. .* gen-7: 5 kernel settings are still changed .* 50 45 5 left/);
  });
});

describe("the parts", () => {
  it("trace every error to its raw file", () => {
    expect(renderHtml(failResult(), null)).toContain(
      '<a href="./hosts/gen-7/stream.log"><code>hosts/gen-7/stream.log:412</code></a>',
    );
  });

  it("give every chart a name and a table", () => {
    const html = renderHtml(passResult(), null);
    const charts = html.match(/<figure class="chart">[\s\S]*?<\/figure>/g)!;
    expect(charts).toHaveLength(5);
    for (const chart of charts) {
      expect(chart).toMatch(/role="img"\s+aria-label="[^"]{20,}"/);
      expect(chart).toMatch(/<details class="twin">[\s\S]*<table>/);
    }
    expect(html.match(/<svg(?![^>]*(role="img"|aria-hidden="true"|class="(lines|cells)"))[^>]*>/g)).toBeNull();
  });

  it("say how it was made: command, digest of lk, kernel settings before and after", () => {
    const text = words(renderHtml(passResult(), null), "environment");
    expect(text).toContain("lkload run -c lkload.yaml --scenario distributed-1000");
    expect(text).toContain("9f2c4be1a0d6e8b37745c1d2e3f4a5b6c7d8e9f00112233445566778899aabbc");
    expect(text).toContain("net.core.rmem_max changed 212992 26214400");
    expect(text).toContain("5 of 8 changed, 1 denied");
  });

  it("say what the numbers are not", () => {
    expect(words(renderHtml(passResult(), null), "caveats")).toMatch(
      /lk is not a browser\. .* lk-reported drops are not packet loss\./,
    );
  });
});

describe("the file", () => {
  it("is the same for the same result", () => {
    expect(renderHtml(failResult(), dirtyTeardown())).toBe(renderHtml(failResult(), dirtyTeardown()));
  });

  it("stays below 2 MB with 150 hosts over half an hour", () => {
    expect(Buffer.byteLength(renderHtml(largeResult(), cleanTeardown()))).toBeLessThan(2_000_000);
  });

  it("allows nothing but its own style sheet", () => {
    const html = renderHtml(passResult(), null);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    const digest = createHash("sha256").update(style).digest("base64");
    expect(html).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;sha256-${digest}&#39;; img-src data:; `,
    );
    expect(html).not.toMatch(/<script|\sstyle=|\son[a-z]+=|https?:\/\//i);
  });
});

describe("text from outside", () => {
  const expected = structure(renderHtml(withTexts(failResult(), "Plain"), teardownWithTexts(dirtyTeardown(), "Plain")));

  function check(text: string): void {
    const html = renderHtml(withTexts(failResult(), text), teardownWithTexts(dirtyTeardown(), text));
    expect(structure(html)).toEqual(expected);
    for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(#[a-z-]+|\.\/[^:]*|data:,)$/);
    expect(html.replaceAll("\n", "")).toMatch(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u);
    expect(html.isWellFormed()).toBe(true);
  }

  it.each(payloads)("stays text: %j", check);

  it("stays text, whatever it is", () => {
    const text = fc.oneof(
      anyText,
      fc
        .array(fc.constantFrom("<", ">", '"', "'", "&", "/", "=", " ", "-", "!", "a", "\n", ";", "#"), { minLength: 1 })
        .map((parts) => parts.join("")),
    );
    fc.assert(fc.property(text, check), { numRuns: 40 });
  }, 60_000);
});
