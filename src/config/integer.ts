import { z } from "zod";

/** A whole number within limits, said in the same words whatever is wrong with it. */
export function intSchema(min: number, max: number) {
  const words = `a whole number from ${min} to ${max}`;
  return z.int(words).min(min, words).max(max, words);
}
