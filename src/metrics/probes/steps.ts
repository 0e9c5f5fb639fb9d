/** Steps that take time and can fail, seen within a time. */
import type { Latencies } from "../joins.ts";
import type { TimeRange } from "../window.ts";
import type { ProbeStep } from "./lines.ts";

/** A step that has failed took at least so long: nobody waits longer for it (see the probes' own limit). */
const failedAfterMs = 10_000;

/** @param toldAtMs when the probe told of it: a failure is known only then */
export type SeenStep = ProbeStep & { room: string; toldAtMs: number };

/**
 * Those that began in the time and ended in it. One that was still under way at its end counts only if it had already
 * taken longer than all others: what the end of the load cut short says nothing.
 */
export function latenciesOf(steps: readonly SeenStep[], range: TimeRange): Latencies {
  const values: number[] = [];
  const cut: number[] = [];
  let failed = 0;
  for (const { startedAtMs, ms, toldAtMs } of steps) {
    if (startedAtMs < range.fromMs || startedAtMs >= range.toMs) continue;
    const endedAtMs = ms === null ? toldAtMs : startedAtMs + ms;
    if (endedAtMs > range.toMs) cut.push(range.toMs - startedAtMs);
    else if (ms === null) failed++;
    else values.push(ms);
  }
  const longest = values.reduce((most, value) => Math.max(most, value), 0);
  const waiting = cut.filter((waitedMs) => waitedMs > longest);
  const least = Math.min(failed > 0 ? failedAfterMs : Number.POSITIVE_INFINITY, ...waiting);
  const censored = failed + waiting.length;
  return { values, censored, censoredAtLeastMs: censored === 0 ? null : least };
}
