/**
 * `servers` in `result.json`: what each LiveKit server said of itself. Null there: none was scraped. The source of each
 * value is told in `figures`, under its name; scrapes and restarts are lkload's own count.
 * A figure that was not measured is absent from `values` and has its reason in `missing`; it is never 0.
 */
import { z } from "zod";

const finite = z.number();
const count = z.int().min(0);

export const serverSourceSchema = z.enum([
  "server counters",
  "server histogram",
  "server gauges",
  "server counters, by pod",
  "server histogram, by pod",
  "server gauges, by pod",
]);

export const serverFigureSchema = z.strictObject({
  name: z.string(),
  meaning: z.string(),
  unit: z.enum(["", "%", "ms", "bytes", "cores"]),
  /** The Prometheus metric that it is read from. */
  metric: z.string(),
  source: serverSourceSchema,
  window: z.enum(["steady", "load"]),
  /** Percentiles of histograms are interpolated in their bucket, as Prometheus does. */
  interpolated: z.boolean(),
});

const figuresOfSchema = z.strictObject({
  values: z.record(z.string(), finite),
  missing: z.array(z.strictObject({ figures: z.array(z.string()), reason: z.string() })),
});

export const serversResultSchema = z.strictObject({
  /** How they were asked. */
  via: z.enum(["pods", "urls", "both"]),
  figures: z.array(serverFigureSchema),
  /** All of them together: counters added up, histograms merged before a percentile is read. */
  all: figuresOfSchema,
  each: z.array(
    figuresOfSchema.extend({
      /** The pod, or the URL. */
      name: z.string(),
      pod: z.string().nullable(),
      /** The Kubernetes node that the pod ran on. */
      node: z.string().nullable(),
      /** LiveKit's own id of each process that answered. */
      nodeIds: z.array(z.string()),
      scrapes: z.strictObject({ answered: count, asked: count, lastError: z.string().nullable() }),
      /** Processes that went away while it was watched: what they counted after their last scrape is not known. */
      restarts: count,
    }),
  ),
});

export type ServersResult = z.infer<typeof serversResultSchema>;
export type ServerFigure = z.infer<typeof serverFigureSchema>;
export type ServerFigures = z.infer<typeof figuresOfSchema>;
