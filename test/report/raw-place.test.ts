import * as fc from "fast-check";
import { expect, it } from "vitest";
import { anyText } from "./hostile-result.ts";
import { rawHref } from "../../src/report/raw-place.ts";

it("links to a file beside the report", () => {
  expect(rawHref("hosts/gen-7/stream.log:412")).toBe("./hosts/gen-7/stream.log");
  expect(rawHref("hosts/a b?#/stream.log:1")).toBe("./hosts/a%20b%3F%23/stream.log");
});

it("never links out of the run's folder or to another scheme", () => {
  for (const place of ["../x:1", "hosts/../../x", "/etc/passwd:1", "//evil.example/x", "", "\ud800"])
    expect(rawHref(place)).toBeUndefined();
  fc.assert(
    fc.property(anyText, (place) => {
      const href = rawHref(place);
      if (href === undefined) return;
      expect(new URL(href, "file:///run/report.html").href.startsWith("file:///run/")).toBe(true);
    }),
  );
});
