import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { judgeClock } from "../../src/doctor/livekit.ts";
import { httpClock } from "../../src/observe/http-clock.ts";

const signal = AbortSignal.timeout(60_000);

async function against(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return { url, [Symbol.asyncDispose]: async () => void (await once(server.close(), "close")) };
}

/** `Date` cuts the second off, as HTTP has it. */
const aheadBy = (ms: number) => (response: ServerResponse) =>
  response.setHeader("date", new Date(Date.now() + ms).toUTCString()).end();

test.each([0, 4321, -95_700])(
  "a clock that is %i ms ahead is between the bounds, which are narrow",
  async (aheadMs) => {
    await using server = await against(aheadBy(aheadMs));
    const bounds = await httpClock(server.url, { now: () => Date.now(), signal });
    expect(bounds).not.toBeNull();
    const { leastMs, mostMs } = bounds!;
    // Date.now() is cut to whole milliseconds on both sides.
    expect(leastMs).toBeLessThanOrEqual(aheadMs + 1);
    expect(mostMs).toBeGreaterThanOrEqual(aheadMs - 1);
    // A second, halved three times, and the time that requests take, on a busy machine as well.
    expect(mostMs - leastMs).toBeLessThan(1000);
  },
);

test("servers of one name that differ: the bounds hold both", async () => {
  let turn = 0;
  await using server = await against((response) => aheadBy(turn++ % 2 === 0 ? 0 : 60_000)(response));
  const bounds = await httpClock(server.url, { now: () => Date.now(), signal, rounds: 2 });
  expect(bounds!.leastMs).toBeLessThanOrEqual(1);
  expect(bounds!.mostMs).toBeGreaterThanOrEqual(59_999);
});

test("answers without a Date tell nothing", async () => {
  await using server = await against((response) => {
    response.sendDate = false;
    response.end();
  });
  expect(await httpClock(server.url, { now: () => Date.now(), signal })).toBeNull();
});

test("only a difference that is certain is a problem", () => {
  expect(judgeClock({ leastMs: -60, mostMs: 70 })).toEqual({
    status: "ok",
    seen: "the server's clock is -0.06 to 0.07 s ahead of this machine, by its HTTP Date",
  });
  expect(judgeClock({ leastMs: 29_900, mostMs: 30_900 }).status).toBe("ok");
  expect(judgeClock({ leastMs: 30_100, mostMs: 30_900 }).status).toBe("problem");
  expect(judgeClock({ leastMs: -31_000, mostMs: -30_100 }).status).toBe("problem");
});
