import { expect, test } from "vitest";
import { intersection, steadyTime } from "../../src/metrics/window.ts";

test("a process is steady from finished connecting for its hold time, or until it ended", () => {
  const process = { finishedConnectingAtMs: 1000, holdMs: 5000, endedAtMs: null };
  expect(steadyTime(process)).toEqual({ fromMs: 1000, toMs: 6000 });
  expect(steadyTime({ ...process, endedAtMs: 3000 })).toEqual({ fromMs: 1000, toMs: 3000 });
  expect(steadyTime({ ...process, endedAtMs: 9000 })).toEqual({ fromMs: 1000, toMs: 6000 });
  expect(steadyTime({ ...process, endedAtMs: 1000 })).toBeNull();
  expect(steadyTime({ ...process, finishedConnectingAtMs: null })).toBeNull();
});

test("the window is what all have in common", () => {
  const range = (fromMs: number, toMs: number) => ({ fromMs, toMs });
  expect(intersection([range(1, 9), range(3, 12), range(2, 8)])).toEqual(range(3, 8));
  expect(intersection([range(1, 3), range(3, 5)])).toBeNull();
  expect(intersection([])).toBeNull();
});
