import { expect, test } from "vitest";
import { wantsColor } from "../../src/cli/color.ts";
import type { System } from "../../src/cli/system.ts";

const stream = (isTTY: boolean) => ({ write: () => undefined, isTTY, columns: 80 });
const system = (env: Record<string, string>) => ({ env }) as unknown as System;

test("colour is for the stream that a person looks at, whatever the other one is", () => {
  expect(wantsColor(stream(true), system({}))).toBe(true);
  expect(wantsColor(stream(false), system({}))).toBe(false);
});

test("whoever wants none gets none", () => {
  expect(wantsColor(stream(true), system({ NO_COLOR: "1" }))).toBe(false);
  expect(wantsColor(stream(true), system({ TERM: "dumb" }))).toBe(false);
  // Only when it is set to something (https://no-color.org).
  expect(wantsColor(stream(true), system({ NO_COLOR: "" }))).toBe(true);
});
