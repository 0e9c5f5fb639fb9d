import { expect, test } from "vitest";
import { parseLkLine } from "../../src/load/lk-line.ts";
import { captureLines } from "./capture-lines.ts";

test.each([
  [
    "Starting load test with 2 video publishers, 1 audio publishers, 3 subscribers, room: a, room: b",
    { type: "starting", room: "b" },
  ],
  ["publishing audio track - run_x_pub_12", { type: "publishing", kind: "audio", identity: "run_x_pub_12", index: 12 }],
  ["publishing video track - x_pub_0", { type: "publishing", kind: "video", identity: "x_pub_0", index: 0 }],
  ["publishing simulcast video track - x_pub_0", { type: "publishing", kind: "video", identity: "x_pub_0", index: 0 }],
  [
    "subscribed to track a_b_17 TR_AMkJ3v audio 1/6",
    { type: "subscribed", identity: "a_b_17", index: 17, sid: "TR_AMkJ3v", kind: "audio", subscribed: 1, known: 6 },
  ],
  [
    "subscribed to track a_2 TR_VC video",
    {
      type: "subscribed",
      identity: "a_2",
      index: 2,
      sid: "TR_VC",
      kind: "video",
      subscribed: undefined,
      known: undefined,
    },
  ],
  [
    "could not connect Sub 3: unauthorized: invalid token: [token]",
    { type: "connect-failed", role: "subscriber", number: 3, message: "unauthorized: invalid token: [token]" },
  ],
  ["could not connect Pub 0: x", { type: "connect-failed", role: "publisher", number: 0, message: "x" }],
  [
    "track subscription failed, lp:a_3, sid:TR_x, rp:a_pub_0/PA_y",
    { type: "subscription-failed", identity: "a_3", sid: "TR_x" },
  ],
  ["Finished connecting to room, waiting 1m0s", { type: "finished-connecting" }],
  ["Finished connecting to room lt, waiting 1m0s", { type: "finished-connecting" }],
  [
    "panic: runtime error: integer divide by zero",
    { type: "panic", message: "panic: runtime error: integer divide by zero", recovered: false },
  ],
  ["caught panic in consumeTrack x", { type: "panic", message: "caught panic in consumeTrack x", recovered: true }],
  ["│ Sub 1  │ 3/3 │", { type: "table-row", cells: ["Sub 1", "3/3"] }],
  ["├────┼────┤", { type: "table-rule" }],
  ["Track loading:", { type: "table-title", table: "tracks" }],
  ["   ", { type: "blank" }],
  ["context canceled", { type: "other", text: "context canceled" }],
])("%s", (text, line) => expect(parseLkLine(text)).toEqual(line));

const types = (name: string) =>
  captureLines(`lk-2.18.2/${name}`).flatMap(({ source, text }) => (source === "s1" ? [parseLkLine(text)] : []));

test("every line of a normal run is known", () => {
  const other = types("normal").filter(({ type }) => type === "other");
  expect(other).toEqual([{ type: "other", text: "Using url, api-key, api-secret from environment" }]);
});

test.each([
  ["normal", { publishing: 3, subscribed: 9, "finished-connecting": 1, "table-title": 2 }],
  ["publishers-only", { publishing: 3, subscribed: 0, "finished-connecting": 1, "table-title": 0 }],
  ["layout-cap", { publishing: 8, subscribed: 12, "finished-connecting": 1, "table-title": 2 }],
  ["wrong-secret", { "connect-failed": 3, subscribed: 0, "finished-connecting": 1 }],
  ["server-down", { "connect-failed": 3, subscribed: 0, "finished-connecting": 1 }],
  ["bad-codec", { publishing: 1, panic: 1, "finished-connecting": 0 }],
  ["interrupt-ramp", { "finished-connecting": 0, "table-title": 0 }],
])("counts of %s", (name, counts) => {
  const lines = types(name);
  for (const [type, count] of Object.entries(counts)) {
    expect(lines.filter((line) => line.type === type).length, type).toBe(count);
  }
});

test("captures hold no access token", () => {
  for (const { text } of captureLines("lk-2.18.2/wrong-secret")) expect(text).not.toMatch(/eyJ/);
});
