/** A server's clock against this machine's, by the `Date` header that every HTTP answer has (RFC 9110, 6.6.1). */
import { setTimeout as delay } from "node:timers/promises";

/** The server's time minus this machine's lies between the two. */
export type ClockBounds = { leastMs: number; mostMs: number };

export type HttpClockOptions = {
  /** Epoch ms. */
  now: () => number;
  signal: AbortSignal;
  /** Requests; each about halves what the first leaves open, a second. Default 4. */
  rounds?: number;
};

/**
 * The header has whole seconds, so one answer bounds the difference to a second and the time that the request took.
 * Further ones are sent when the server's second should just be turning, which side of it they fall on halves the
 * rest. Null: the answers have no such header.
 * @throws what fetch throws
 */
export async function httpClock(url: string, options: HttpClockOptions): Promise<ClockBounds | null> {
  const { now, signal, rounds = 4 } = options;
  let bounds: ClockBounds | null = null;
  for (let round = 0; round < rounds; round++) {
    if (bounds !== null) await delay(untilTurn(now(), bounds), undefined, { signal });
    const sentMs = now();
    const response = await fetch(url, { signal, redirect: "manual" });
    const receivedMs = now();
    await response.body?.cancel();
    const dateMs = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(dateMs)) return bounds;
    const seen = { leastMs: dateMs - receivedMs, mostMs: dateMs + 1000 - sentMs };
    bounds = bounds === null ? seen : narrowed(bounds, seen);
  }
  return bounds;
}

/** Several servers behind one name may differ: then the difference is between the least and the most of them. */
function narrowed(a: ClockBounds, b: ClockBounds): ClockBounds {
  const leastMs = Math.max(a.leastMs, b.leastMs);
  const mostMs = Math.min(a.mostMs, b.mostMs);
  if (leastMs <= mostMs) return { leastMs, mostMs };
  return { leastMs: Math.min(a.leastMs, b.leastMs), mostMs: Math.max(a.mostMs, b.mostMs) };
}

/** Until a second of the server's begins, if its clock is in the middle of what is possible. */
function untilTurn(nowMs: number, { leastMs, mostMs }: ClockBounds): number {
  const serverMs = nowMs + (leastMs + mostMs) / 2;
  return 1000 - (((serverMs % 1000) + 1000) % 1000);
}
