import { describe, expect, test } from "vitest";
import { Slots } from "../../src/remote/slots.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("Slots", () => {
  test("first come, first served, never more than allowed", async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const releases = new Map<number, () => void>();
    const all = [0, 1, 2, 3].map(async (n) => {
      releases.set(n, await slots.take(undefined));
      order.push(n);
    });
    await settled();
    expect(order).toEqual([0, 1]);
    releases.get(1)?.();
    releases.get(1)?.();
    await settled();
    expect(order).toEqual([0, 1, 2]);
    expect(slots.taken).toBe(2);
    releases.get(0)?.();
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test("who gives up waiting does not hold up the others", async () => {
    const slots = new Slots(1);
    const release = await slots.take(undefined);
    const controller = new AbortController();
    const given = slots.take(controller.signal);
    const next = slots.take(undefined);
    controller.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    release();
    (await next)();
    expect(slots.taken).toBe(0);
  });

  test("a limit that is lowered holds from then on, and never below one", async () => {
    const slots = new Slots(3);
    const held = [await slots.take(undefined), await slots.take(undefined)];
    slots.lower(0);
    let entered = false;
    const waiting = (async () => {
      const release = await slots.take(undefined);
      entered = true;
      release();
    })();
    held[0]?.();
    await settled();
    expect(entered).toBe(false);
    held[1]?.();
    await waiting;
    expect(entered).toBe(true);
  });
});
