/** Scrapes of all endpoints, put together by the tick of the clock that asked for them. */
import type { EndpointCounters } from "./counters.ts";
import type { ServerMetrics, Span } from "./server-metrics.ts";

export type ScrapeTick = {
  /** The last of its scrapes, epoch ms. */
  atMs: number;
  /** By endpoint, the index of its scrape. */
  scrapes: ReadonlyMap<EndpointCounters, number>;
  /** Every endpoint that answered before and after it, or both, answered in it. */
  isWhole: boolean;
};

/** In order; pods come and go between them. */
export function scrapeTicks({ endpoints }: Pick<ServerMetrics, "endpoints">): ScrapeTick[] {
  const startMs = Math.min(...endpoints.flatMap(({ timesMs }) => timesMs[0] ?? []));
  const intervalMs = usualInterval(endpoints);
  const ticks = new Map<number, Map<EndpointCounters, number>>();
  const lives = new Map<EndpointCounters, { first: number; last: number }>();
  for (const endpoint of endpoints) {
    if (endpoint.problem !== undefined) continue;
    for (const [index, timeMs] of endpoint.timesMs.entries()) {
      const tick = Math.round((timeMs - startMs) / intervalMs);
      let scrapes = ticks.get(tick);
      if (scrapes === undefined) ticks.set(tick, (scrapes = new Map()));
      scrapes.set(endpoint, index);
      lives.set(endpoint, { first: lives.get(endpoint)?.first ?? tick, last: tick });
    }
  }
  return [...ticks]
    .toSorted(([a], [b]) => a - b)
    .map(([tick, scrapes]) => ({
      atMs: Math.max(...[...scrapes].map(([{ timesMs }, index]) => timesMs[index] ?? 0)),
      scrapes,
      isWhole: [...lives].every(([endpoint, { first, last }]) => tick < first || tick > last || scrapes.has(endpoint)),
    }));
}

/** The median time between two scrapes of the endpoint that has most of them. */
function usualInterval(endpoints: readonly EndpointCounters[]): number {
  const longest = endpoints.toSorted((a, b) => b.timesMs.length - a.timesMs.length)[0]?.timesMs ?? [];
  const between = longest.slice(1).map((timeMs, index) => timeMs - (longest[index] ?? timeMs));
  return Math.max(1, between.toSorted((a, b) => a - b)[Math.floor(between.length / 2)] ?? 1);
}

/** What was counted between a tick and the one before it. */
export function spansOfTick({ scrapes }: ScrapeTick, before: ScrapeTick): Span[] {
  return [...scrapes].flatMap(([endpoint, to]) => {
    const from = before.scrapes.get(endpoint);
    if (from !== undefined) return [{ endpoint, from, to }];
    // A server that was started since then had counted nothing; of any other it is not known.
    return to === 0 && (endpoint.startedAtMs ?? 0) >= before.atMs ? [{ endpoint, from: -1, to }] : [];
  });
}
