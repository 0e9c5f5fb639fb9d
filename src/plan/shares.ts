/** Even shares of whole things, and the order in which remainders are dealt. */

/**
 * `total` in `order.length` shares that differ by at most one. The remainder goes, one each, to the parts at
 * `order[start]`, `order[start + 1]`, … (around the end), so that two remainders can be laid one after the other.
 */
export function evenShares(total: number, order: readonly number[], start = 0): number[] {
  const parts = order.length;
  const shares = Array.from<number>({ length: parts }).fill(Math.floor(total / parts));
  for (let i = 0; i < total % parts; i++) {
    const part = order[(start + i) % parts]!;
    shares[part]! += 1;
  }
  return shares;
}

/**
 * The order 0, k, 2k, …, 1, k+1, …: one part of each of `groups` equal groups in turn. Remainders dealt in this order
 * reach every group before any group gets a second one.
 */
export function dealingOrder(parts: number, groups: number): number[] {
  const perGroup = parts / groups;
  return Array.from({ length: parts }, (_, i) => (i % groups) * perGroup + Math.floor(i / groups));
}

/**
 * `total` in proportion to `weights` by rounding running sums, so that the shares add up exactly.
 * Where `total` is at most the sum of the weights no share is greater than its weight.
 */
export function proportionalShares(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  let running = 0;
  let given = 0;
  return weights.map((weight) => {
    running += weight;
    const upTo = sum === 0 ? 0 : Math.floor((total * running) / sum);
    const share = upTo - given;
    given = upTo;
    return share;
  });
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
