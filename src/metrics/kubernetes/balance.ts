/** How evenly something is spread: rooms are held by one node each, so that load can pile up on a few pods. */
import type { Balance } from "./result.ts";

/**
 * Gini coefficient of values ≥ 0: 0 when all are equal, (n - 1) / n when one has everything.
 * G = Σ (2i - n - 1) xᵢ / (n Σ x), x ascending, i from 1. Null without values or when all are 0.
 */
export function gini(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  let total = 0;
  let weighted = 0;
  for (const [index, value] of sorted.entries()) {
    total += value;
    weighted += (2 * (index + 1) - n - 1) * value;
  }
  // Rounding may leave a hair below 0.
  return total > 0 ? Math.max(0, weighted / (n * total)) : null;
}

/** Null below two: one pod is always in balance with itself. */
export function balanceOf(
  values: ReadonlyMap<string, number>,
  about: Pick<Balance, "source" | "unit">,
): Balance | null {
  if (values.size < 2) return null;
  let total = 0;
  let max = Number.NEGATIVE_INFINITY;
  let maxName = "";
  for (const [name, value] of values) {
    total += value;
    if (value > max) [max, maxName] = [value, name];
  }
  const mean = total / values.size;
  const ratio = mean > 0 ? max / mean : null;
  return { ...about, pods: values.size, mean, max, maxName, ratio, gini: gini([...values.values()]) };
}
