/** How the result writes down what was measured: never without who measured it. */
import { z } from "zod";
import { sourceSchema } from "./source.ts";

const finite = z.number();
const count = z.int().min(0);

/** A distribution of `n` measured values; percentiles are null below the `n` that carries them (p99: 100, p95: 20, p90: 10). */
export const distributionSchema = z.strictObject({
  source: sourceSchema,
  unit: z.enum(["ms", "bps"]),
  n: count,
  /** Intended but never seen: counted as longer than anything measured, in every percentile. */
  censored: count,
  min: finite.nullable(),
  mean: finite.nullable(),
  p50: finite.nullable(),
  p90: finite.nullable(),
  p95: finite.nullable().default(null),
  p99: finite.nullable(),
  max: finite.nullable(),
  /** Percentiles read off histogram buckets are interpolated: their true value lies in the bucket. */
  interpolated: z.boolean(),
  note: z.string().nullable(),
  /** Points of the cumulative distribution, [value, share 0..1], at most 200. */
  ecdf: z.array(z.tuple([finite, finite])),
});

/** A share with its counts: value = part / whole, 0..1. */
export const shareSchema = z.strictObject({ part: finite, whole: finite, value: finite, source: sourceSchema });
