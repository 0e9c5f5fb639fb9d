import { expect, test } from "vitest";
import { newRunId } from "../../src/plan/run-id.ts";

const atMs = Date.UTC(2026, 10, 22, 19, 48, 12, 999);

test("a run id says when, in UTC, and ends at random", () => {
  expect(newRunId(atMs, () => 0)).toBe("20261122-194812-2222");
  expect(newRunId(atMs, () => 0.999_999)).toBe("20261122-194812-zzzz");
});

test("run ids sort by time and fit host names", () => {
  const times = [atMs, atMs + 1000, atMs + 86_400_000, atMs + 400 * 86_400_000];
  const ids = times.map((ms, i) => newRunId(ms, () => 1 - (i + 1) / 5));
  expect(ids).toEqual(ids.toSorted());
  for (const id of ids) expect(id).toMatch(/^\d{8}-\d{6}-[a-z0-9]{4}$/);
});
