/** Each LiveKit server by itself, and all of them together. */
import { definitions, type FigureInputs } from "./server-figures.ts";
import { scrapeTicks } from "./scrape-ticks.ts";
import { spanOf, type Figure, type ServerMetrics, type Span } from "./server-metrics.ts";
import type { ServerFigures, ServersResult } from "./server-result.ts";
import type { TimeRange } from "./window.ts";

export type ServersInputs = { server: ServerMetrics; steady: TimeRange | null; loadRange: TimeRange };

/** Null: nothing was scraped. */
export function serversOf({ server, steady, loadRange }: ServersInputs): ServersResult | null {
  const { endpoints } = server;
  if (endpoints.length === 0) return null;
  const pods = endpoints.filter(({ pod }) => pod !== null).length;
  const via = pods === 0 ? "urls" : pods === endpoints.length ? "pods" : "both";
  const suffix = via === "pods" ? ", by pod" : "";
  const kinds = { counters: "server counters", histogram: "server histogram", gauges: "server gauges" } as const;
  const noWindow: Figure<Span[]> = { value: null, reason: "there was no steady window" };
  return {
    via,
    figures: definitions.map(({ kind, name, meaning, unit, metric, window, interpolated }) => {
      const source = `${kinds[kind]}${suffix}` as const;
      return { name, meaning, unit, metric, source, window, interpolated };
    }),
    all: figuresOf(
      {
        steady: steady === null ? noWindow : server.spans(steady),
        load: server.spans(loadRange, true),
      },
      { steady, load: loadRange },
    ),
    each: endpoints.map((endpoint) => {
      const span = (range: TimeRange, mustPrecede: boolean): Figure<Span[]> => {
        const found = spanOf(endpoint, range, mustPrecede);
        return typeof found === "string" ? { value: null, reason: found } : { value: [found] };
      };
      const { pod, timesMs, attempts, lastError } = endpoint;
      return Object.assign(
        {
          name: pod?.name ?? endpoint.url,
          pod: pod?.name ?? null,
          node: pod?.node ?? null,
          nodeIds: endpoint.nodeIds,
          scrapes: { answered: timesMs.length, asked: attempts, lastError },
          restarts: endpoint.restarts(0, timesMs.length - 1),
        },
        figuresOf(
          { steady: steady === null ? noWindow : span(steady, false), load: span(loadRange, true) },
          { steady, load: loadRange },
        ),
      );
    }),
  };
}

type Windows<Value> = { steady: Value; load: Value };

function figuresOf(
  spans: Windows<Figure<Span[]>>,
  ranges: { steady: TimeRange | null; load: TimeRange },
): ServerFigures {
  const values: ServerFigures["values"] = {};
  const missing = new Map<string, string[]>();
  const inputs = new Map<"steady" | "load", FigureInputs>();
  for (const window of ["steady", "load"] as const) {
    const { value } = spans[window];
    const range = ranges[window];
    if (value === null || range === null) continue;
    const endpoints = value.map(({ endpoint }) => endpoint);
    inputs.set(window, { spans: value, range, ticks: scrapeTicks({ endpoints }) });
  }
  for (const { name, window, read } of definitions) {
    const given = inputs.get(window);
    const figure = given === undefined ? spans[window] : read(given);
    if (typeof figure.value === "number") values[name] = round(figure.value);
    else {
      const reason = (figure.reason ?? "not measured").replace(/^no source: /, "");
      missing.set(reason, [...(missing.get(reason) ?? []), name]);
    }
  }
  return { values, missing: [...missing].map(([reason, figures]) => ({ figures, reason })) };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** One figure by pod, for its balance; pods without it are left out. */
export function byPod(servers: ServersResult | null, figure: string): Map<string, number> {
  return new Map(
    (servers?.each ?? []).flatMap(({ pod, values }) => {
      const value = values[figure];
      return pod === null || value === undefined ? [] : [[pod, value] as const];
    }),
  );
}
