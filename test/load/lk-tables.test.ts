import { expect, test } from "vitest";
import { parseLkLine } from "../../src/load/lk-line.ts";
import { LkTables } from "../../src/load/lk-tables.ts";
import { captureLines } from "./capture-lines.ts";

function tablesOf(name: string): LkTables {
  const tables = new LkTables();
  for (const { source, text } of captureLines(name)) if (source === "s1") tables.add(parseLkLine(text));
  return tables;
}

test("2.18.2: both tables", () => {
  const { tracks, summaries, total } = tablesOf("lk-2.18.2/normal");
  expect(tracks).toHaveLength(9);
  expect(tracks.map(({ tester }) => tester)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3].map((n) => `Sub ${n}`));
  expect(tracks[2]).toEqual({
    tester: "Sub 1",
    trackSid: "TR_VC8mQW4SGpGqbD",
    kind: "video",
    packets: 92,
    bitrateBps: 74_100,
    drops: 0,
  });
  expect(summaries).toHaveLength(3);
  expect(summaries[0]).toEqual({ tester: "Sub 1", tracks: 3, expected: 3, bitrateBps: 117_000, drops: 0, error: null });
  expect(total).toEqual({ tracks: 9, expected: 9, bitrateBps: 345_300, drops: 0 });
});

test("2.18.2: without tracks, bitrate and drops are not known", () => {
  const { tracks, summaries, total } = tablesOf("lk-2.18.2/subscribers-only");
  expect(tracks).toEqual([]);
  expect(summaries).toHaveLength(2);
  expect(total).toEqual({ tracks: 0, expected: 0, bitrateBps: null, drops: null });
});

test("2.18.2: above the layout's cap, lk expects more than it subscribes to", () => {
  expect(tablesOf("lk-2.18.2/layout-cap").total).toMatchObject({ tracks: 12, expected: 16 });
});

test("2.18.2: errors stand in the rows", () => {
  const { summaries } = tablesOf("lk-2.18.2/wrong-secret");
  expect(summaries.map(({ error }) => error)).toEqual(
    Array(2).fill(expect.stringMatching(/^unauthorized: invalid token/)),
  );
});

test("no tables without subscribers, nor after an end during the ramp", () => {
  for (const name of ["publishers-only", "interrupt-ramp", "bad-codec"]) {
    const { tracks, summaries, total } = tablesOf(`lk-2.18.2/${name}`);
    expect([tracks, summaries, total]).toEqual([[], [], null]);
  }
});

test("2.0.0 (constructed): stray lines between the tables", () => {
  const { tracks, summaries, total } = tablesOf("constructed/lk-2.0.0");
  expect(tracks.map(({ packets, drops, bitrateBps }) => [packets, drops, bitrateBps])).toEqual([
    [1200, 3, 1_200_000],
    [1100, 0, 990_100],
  ]);
  expect(summaries.map(({ tester }) => tester)).toEqual(["Sub 0", "Sub 1"]);
  expect(total).toEqual({ tracks: 2, expected: 2, bitrateBps: 2_200_000, drops: 3 });
});

test("2.4.0 (constructed): errors over several rows, a control character for their count", () => {
  const { summaries, total } = tablesOf("constructed/lk-2.4.0");
  const error = "could not connect after timeout\nsecond line of the error";
  expect(summaries.map((row) => row.error)).toEqual([null, error, error]);
  expect(total).toEqual({ tracks: 1, expected: 3, bitrateBps: 812, drops: 0 });
});
