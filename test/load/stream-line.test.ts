import { expect, test } from "vitest";
import { splitStreamLine } from "../../src/load/stream-line.ts";

test("splits time, source and text", () => {
  expect(splitStreamLine("1795377467.312815 s1 publishing audio track - x_pub_1")).toEqual({
    timeMs: 1795377467312.815,
    source: "s1",
    text: "publishing audio track - x_pub_1",
  });
});

test("keeps an empty text and blanks within the text", () => {
  expect(splitStreamLine("1795377474.075771 s1 ")?.text).toBe("");
  expect(splitStreamLine("1795377474.075771 s1")?.text).toBe("");
  expect(splitStreamLine("1795377474.075771 s1   a  b ")?.text).toBe("  a  b ");
});

test.each(["", " ", "1795377474.07", "1795377474.07 ", "1795377474.07  text", "noon s1 text", "0 s1 text"])(
  "a line that is not whole is none: %j",
  (line) => expect(splitStreamLine(line)).toBeUndefined(),
);
