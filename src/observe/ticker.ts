import { setTimeout as sleep } from "node:timers/promises";

/**
 * Calls `poll` at 0, 1, 2 … intervals after the start, without drift and never twice at once: a poll that takes longer
 * than the interval skips the ticks that it missed. Ends when the signal is aborted, after the poll under way.
 * `poll` reports its own failures; what it throws ends the ticker.
 */
export async function everyInterval(
  intervalMs: number,
  signal: AbortSignal,
  poll: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  let tick = 0;
  while (!signal.aborted) {
    await poll(signal);
    const elapsedMs = performance.now() - startedAt;
    // Timers may fire a little early: counting ticks keeps such a one from being polled twice.
    tick = Math.max(tick + 1, Math.ceil(elapsedMs / intervalMs));
    await sleep(tick * intervalMs - elapsedMs, undefined, { signal }).catch(() => undefined);
  }
}
