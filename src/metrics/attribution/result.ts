/** `attribution` in `result.json`: where packets or time were lost, with what says so. */
import { z } from "zod";
import { sourceSchema } from "../source.ts";

const finite = z.number();
const count = z.int().min(0);

/** `unknown`: what was measured does not decide. */
export const placeSchema = z.enum(["generator", "network", "target", "unknown"]);

export const evidenceSchema = z.strictObject({
  /** What it speaks for; null: it belongs to the picture, but speaks for none. */
  speaksFor: placeSchema.exclude(["unknown"]).nullable(),
  text: z.string(),
  source: sourceSchema,
});

export const findingSchema = z.strictObject({
  what: z.enum(["loss", "delay", "joins"]),
  /** Where it was seen. Empty: in the whole run. */
  hosts: z.array(z.string()),
  /** One sentence: how much. */
  text: z.string(),
  place: placeSchema,
  evidence: z.array(evidenceSchema),
});

export const attributionSchema = z.strictObject({
  findings: z.array(findingSchema),
  /** How long the target took to answer, steady window; the connection is made by its kernel or a proxy, the answer by LiveKit. */
  answers: z.strictObject({
    n: count,
    failed: count,
    lastError: z.string().nullable(),
    connectP50Ms: finite.nullable(),
    answerP50Ms: finite.nullable(),
    answerP90Ms: finite.nullable(),
  }),
});

export type Place = z.infer<typeof placeSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type Attribution = z.infer<typeof attributionSchema>;
export type Answers = Attribution["answers"];
