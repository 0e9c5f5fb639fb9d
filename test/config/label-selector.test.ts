import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyOf, labelSelector } from "../../src/config/label-selector.ts";

const labels = { app: "livekit-server", tier: "media", "app.kubernetes.io/name": "livekit-server" };

test.each([
  ["app=livekit-server", true],
  ["app==livekit-server,tier=media", true],
  ["app=livekit-server,tier=data", false],
  ["app.kubernetes.io/name=livekit-server", true],
  ["app!=egress", true],
  ["missing!=x", true],
  ["app in (livekit-server, egress), tier", true],
  ["app notin (egress,ingress)", true],
  ["missing notin (a)", true],
  ["missing in (a)", false],
  ["!missing", true],
  ["! app", false],
  ["", true],
])("%s", (selector, expected) => {
  expect(labelSelector(selector)(labels)).toBe(expected);
});

test.each(["app=a b", "=x", "app in livekit", "app in (a", "a=b;c=d"])("%s is refused", (selector) => {
  expect(() => labelSelector(selector)).toThrow("no label selector");
});

test.each([
  [["app=a", "app=b", "app==c"], "app in (a,b,c)"],
  [["x.io/app in (a, b)", "x.io/app=b"], "x.io/app in (a,b)"],
  [["app=a", "name=b"], null],
  [["app=a", "app=b,tier=c"], null],
  [["app=a", "app!=b"], null],
  [["app=a", "app"], null],
  [["app=a", "app="], null],
  [["app=a", "app in ()"], null],
  [["app=a", ""], null],
  [[], null],
])("any of %j: %j", (selectors, expected) => {
  expect(anyOf(selectors)).toBe(expected);
});

test("the one selector selects what any of them does", () => {
  const word = fc.constantFrom("a", "b", "c", "d");
  const requirement = fc.oneof(
    word.map((wanted) => `app=${wanted}`),
    fc.uniqueArray(word, { minLength: 1 }).map((wanted) => `app in (${wanted.join(", ")})`),
  );
  fc.assert(
    fc.property(fc.array(requirement, { minLength: 1, maxLength: 3 }), fc.option(word), (selectors, app) => {
      const labels = app === null ? {} : { app };
      const all = anyOf(selectors);
      expect(all).not.toBeNull();
      expect(labelSelector(all ?? "")(labels)).toBe(selectors.some((one) => labelSelector(one)(labels)));
    }),
  );
});
