import { describe, expect, test } from "vitest";
import { fanOut } from "../../src/remote/fan-out.ts";

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("fanOut", () => {
  test("keeps the order of the items whatever the order of the ends", async () => {
    const ends: number[] = [];
    const outcomes = await fanOut([3, 1, 2], { concurrency: 3, signal: never }, async (turns) => {
      for (let n = 0; n < turns; n++) await turn();
      ends.push(turns);
      return turns * 10;
    });
    expect(ends).toEqual([1, 2, 3]);
    expect(outcomes.map((outcome) => outcome.status === "fulfilled" && outcome.value)).toEqual([30, 10, 20]);
  });

  test("never has more at work than allowed, and uses what is allowed", async () => {
    let atWork = 0;
    let most = 0;
    await fanOut(Array.from({ length: 20 }), { concurrency: 4, signal: never }, async () => {
      most = Math.max(most, ++atWork);
      await turn();
      atWork--;
    });
    expect(most).toBe(4);
  });

  test("one that fails does not stop the others", async () => {
    const failure = new Error("no");
    const outcomes = await fanOut(["a", "b", "c"], { concurrency: 1, signal: never }, async (name) => {
      if (name === "b") throw failure;
      return name;
    });
    expect(outcomes).toEqual([
      { status: "fulfilled", value: "a" },
      { status: "rejected", reason: failure },
      { status: "fulfilled", value: "c" },
    ]);
  });

  test("after an abort nothing more is begun", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    const begun: number[] = [];
    const outcomes = await fanOut([0, 1, 2, 3], { concurrency: 2, signal: controller.signal }, async (item) => {
      begun.push(item);
      await turn();
      controller.abort(reason);
      return item;
    });
    expect(begun).toEqual([0, 1]);
    expect(outcomes.slice(2)).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
  });

  test("no items, no outcomes", async () => {
    expect(await fanOut([], { concurrency: 5, signal: never }, async () => 1)).toEqual([]);
  });
});
