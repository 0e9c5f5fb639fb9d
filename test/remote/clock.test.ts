import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { measureClock, wallClock } from "../../src/remote/clock.ts";
import { openLocal } from "../../src/remote/local.ts";
import type { Remote } from "../../src/remote/remote.ts";

const never = new AbortController().signal;

describe("measureClock", () => {
  test("this machine is not off from itself, within the bound", async () => {
    await using local = await openLocal("local", { become: "none", signal: never });
    const clock = await measureClock(local, { rounds: 20, signal: never });
    expect(clock.roundTrips).toBe(20);
    expect(clock.errorMs).toBeGreaterThan(0);
    // Besides the bound itself: the anchor's 0.1 ms.
    expect(Math.abs(clock.offsetMs)).toBeLessThanOrEqual(clock.errorMs + 0.1);
    expect(Math.abs(clock.measuredAtMs - Date.now())).toBeLessThan(5000);
  });

  test("the fastest round trip counts, and half of it is the bound", async () => {
    await using local = await openLocal("local", { become: "none", signal: never });
    // Two readings per round trip: 8 ms, 2 ms and 6 ms long, by a clock of the test's own.
    const readings = [1000, 1008, 2000, 2002, 3000, 3006];
    const clock = await measureClock(local, { rounds: 3, signal: never, now: () => readings.shift() ?? Number.NaN });
    expect(clock.errorMs).toBe(1);
    expect(clock.measuredAtMs).toBe(2002);
  });

  test("a host that does not answer with a time is an error, not an offset", async () => {
    await using local = await openLocal("odd", { become: "none", signal: never });
    const host: Pick<Remote, "host" | "open"> = {
      host: "odd",
      open: (_argv, options) => local.open(["sh", "-c", "read -r _; echo not a time"], options),
    };
    await expect(measureClock(host, { signal: never })).rejects.toThrow(/odd: does not tell its time.*not a time/);
  });

  test("an abort ends it", async () => {
    await using local = await openLocal("local", { become: "none", signal: never });
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(measureClock(local, { signal })).rejects.toMatchObject({ kind: "aborted" });
  });
});

test("wallClock keeps to the machine's clock", async () => {
  const now = wallClock();
  await delay(20);
  const before = Date.now();
  const reading = now();
  const after = Date.now();
  expect(reading).toBeGreaterThanOrEqual(before - 0.5);
  expect(reading).toBeLessThanOrEqual(after + 1.5);
});
