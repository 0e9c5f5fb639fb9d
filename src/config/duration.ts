import { z } from "zod";

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const shape = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;

/** What a duration must look like, in words. */
export const durationWords = "a duration such as 90s, 5m or 1h30m";

/** Milliseconds of `1h30m`, `90s`, `500ms`; undefined when the text is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!shape.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    ms += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return Math.round(ms);
}

/** The shortest exact text of a duration in milliseconds: 5400000 → `1h30m`. */
export function formatDuration(durationMs: number): string {
  let rest = Math.round(durationMs);
  if (rest === 0) return "0s";
  let text = "";
  for (const [unit, ms] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const) {
    const amount = Math.floor(rest / ms);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * ms;
  }
  return text;
}

/** A duration as users write it, in milliseconds after parsing. */
export function durationSchema(limits: { minMs: number; maxMs: number }) {
  const allowed = `${formatDuration(limits.minMs)} to ${formatDuration(limits.maxMs)}`;
  return z
    .string(durationWords)
    .regex(shape, durationWords)
    .transform((text, context) => {
      const ms = parseDurationMs(text);
      if (ms === undefined) return z.NEVER;
      if (ms < limits.minMs || ms > limits.maxMs) {
        context.addIssue({ code: "custom", message: `a duration from ${allowed}`, input: text });
        return z.NEVER;
      }
      return ms;
    });
}
