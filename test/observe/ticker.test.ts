import { expect, test } from "vitest";
import { everyInterval } from "../../src/observe/ticker.ts";

test("polls on a fixed clock: a slow poll delays no later tick, and two never overlap", async () => {
  const end = new AbortController();
  const startedAt = performance.now();
  const ticks: number[] = [];
  let running = 0;
  let most = 0;
  await everyInterval(50, end.signal, async () => {
    ticks.push(performance.now() - startedAt);
    most = Math.max(most, ++running);
    // The second poll takes longer than an interval: its successor comes at the next whole multiple.
    await new Promise((resolve) => setTimeout(resolve, ticks.length === 2 ? 70 : 5));
    running--;
    if (ticks.length === 5) end.abort();
  });
  expect(most).toBe(1);
  // A timer may fire a millisecond or two early, never more: so each tick has a slot of its own.
  expect(new Set(ticks.map((tick) => Math.floor((tick + 3) / 50))).size).toBe(5);
});

test("ends at once when it is aborted between two polls", async () => {
  const end = new AbortController();
  let polls = 0;
  const over = everyInterval(3_600_000, end.signal, () => {
    polls++;
    queueMicrotask(() => end.abort());
    return Promise.resolve();
  });
  await over;
  expect(polls).toBe(1);
});
