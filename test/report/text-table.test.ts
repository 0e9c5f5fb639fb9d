import { expect, test } from "vitest";
import { cutMiddle, textTable, wrapped, type TextColumn } from "../../src/report/text-table.ts";

const heads: TextColumn[] = [
  { title: "Host", align: "left", isFlexible: true },
  { title: "Participants", align: "right" },
];

test("columns are as wide as their widest cell", () => {
  const rows = [
    ["vm-1", "100"],
    ["vm-with-a-name", "1,000"],
  ];
  expect(textTable(heads, rows, 80)).toEqual([
    "Host            Participants",
    "vm-1                     100",
    "vm-with-a-name         1,000",
  ]);
});

test("flexible columns give way, others never", () => {
  expect(textTable(heads, [["load-test-room-vm-12", "100"]], 24)).toEqual([
    "Host        Participants",
    "load-…m-12           100",
  ]);
  expect(textTable(heads, [["load-test-room-vm-12", "100"]], 5)[1]).toBe("load…-12           100");
});

test("wide characters count as the columns that they take", () => {
  expect(textTable(heads, [["主机一", "1"]], 80)).toEqual(["Host    Participants", "主机一             1"]);
});

test.each([
  ["abcdefgh", 8, "abcdefgh"],
  ["abcdefghi", 8, "abcd…ghi"],
  ["abcdefghi", 3, "a…i"],
  ["abcdefghi", 1, "…"],
  ["主机一主机二", 8, "主机…二"],
])("%s in %i columns", (text, width, expected) => {
  expect(cutMiddle(text, width)).toBe(expected);
});

test("words are wrapped under the text's beginning", () => {
  expect(wrapped("! ", "one two three four", 10)).toEqual(["! one two", "  three", "  four"]);
  expect(wrapped("! ", "a-word-that-does-not-fit at all", 10)).toEqual(["! a-word-that-does-not-fit", "  at all"]);
});
