/** Results in which every text from outside is replaced: what a hostile host, server or config could put there. */
import * as fc from "fast-check";
import { type Result, resultSchema, type Teardown, teardownSchema } from "../../src/metrics/result.ts";

/** Keys whose values are enumerations or patterns of the schema itself: nothing from outside gets there. */
const fixed = new Set([
  "schema",
  "kind",
  "source",
  "origin",
  "place",
  "what",
  "speaksFor",
  "component",
  "part",
  "status",
  "op",
  "window",
  "state",
  "videoResolution",
  "videoCodec",
  "layout",
  "unit",
]);

function replaceTexts(value: unknown, text: string, key: string): unknown {
  if (typeof value === "string") return fixed.has(key) ? value : text;
  if (Array.isArray(value)) return value.map((one) => replaceTexts(one, text, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceTexts(one, text, name)]));
}

/** Every free text of the result is `text`; also the names of facts and the units of series. */
export function withTexts(result: Result, text: string): Result {
  const replaced = resultSchema.parse({ ...(replaceTexts(result, text, "") as Result), lk: result.lk });
  for (const { configured } of replaced.hosts) {
    if (configured) configured.facts.other = Object.defineProperty({}, text, { value: text, enumerable: true });
  }
  for (const series of replaced.series) if (series.unit !== "%") series.unit = text;
  return replaced;
}

export function teardownWithTexts(teardown: Teardown, text: string): Teardown {
  return teardownSchema.parse(replaceTexts(teardown, text, ""));
}

/** Any UTF-16 at all, half of it ASCII: control characters and lone surrogates too. */
export const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((codes) => String.fromCharCode(...codes));

export const payloads = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  "</style></title></svg><iframe src=//evil.example>",
  "javascript:alert(1)",
  "]]><x>&amp;&lt;&#60;",
  "\u0000\u0008\u001b[31m\u202e\ud800",
  "a|b\n# heading\n- [x](javascript:1) `code` *bold* @all ![i](u)",
  '=HYPERLINK("u","t"),"\r\n',
  "--><!-- ${x} {{y}}",
];
