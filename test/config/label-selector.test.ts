import { expect, test } from "vitest";
import { labelSelector } from "../../src/config/label-selector.ts";

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
