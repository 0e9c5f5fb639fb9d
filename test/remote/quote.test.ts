import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkArgv, quoteCommand } from "../../src/remote/quote.ts";

/** What a real shell makes of the words. */
function throughShell(words: readonly string[]): string[] {
  const { stdout, status } = spawnSync("sh", ["-c", quoteCommand(["printf", String.raw`%s\0`, ...words])]);
  expect(status).toBe(0);
  return stdout.toString("utf8").split("\0").slice(0, -1);
}

const word = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0"));
const nasty = fc.constantFrom(
  "",
  " ",
  "'",
  "''",
  "a'b",
  '"',
  "\\",
  "\\'",
  "$HOME",
  "`id`",
  "$(id)",
  "!",
  "~",
  "*",
  "=ls",
);
const control = fc.string({ unit: fc.integer({ min: 1, max: 31 }).map((code) => String.fromCodePoint(code)) });

describe("quoteCommand", () => {
  test("every word reaches the command as it is", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, nasty, control), { minLength: 1, maxLength: 8 }), (words) => {
        expect(throughShell(words)).toEqual(words);
      }),
      { numRuns: 150 },
    );
  });

  test("plain words stay readable", () => {
    expect(quoteCommand(["tail", "-n", "+1", "/var/tmp/x-1/stream.log", "a b"])).toBe(
      "tail -n '+1' /var/tmp/x-1/stream.log 'a b'",
    );
  });

  test.each([
    ["nothing", []],
    ["no name", ["", "a"]],
    ["NUL", ["echo", "a\0b"]],
    ["half a character", ["echo", "\uD83D"]],
    ["more than Linux takes", ["echo", "x".repeat(101 * 1024)]],
  ])("refuses %s", (_what, argv) => {
    expect(() => checkArgv(argv)).toThrow(TypeError);
  });
});
