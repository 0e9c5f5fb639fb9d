/** The same work on many hosts: bounded, in order, each with its own outcome. */

export type Outcome<T> = { status: "fulfilled"; value: T } | { status: "rejected"; reason: unknown };

/**
 * Calls `fn` for every item, at most `concurrency` at a time, and returns the outcomes in the order of the items.
 * An item that fails does not stop the others. When the signal aborts, no further item is begun (its outcome is the
 * signal's reason); those under way are waited for, and get the signal to end by.
 */
export async function fanOut<Item, T>(
  items: readonly Item[],
  options: { concurrency: number; signal: AbortSignal },
  fn: (item: Item, signal: AbortSignal, index: number) => Promise<T>,
): Promise<Outcome<T>[]> {
  const { concurrency, signal } = options;
  const outcomes: Outcome<T>[] = [];
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const index = next++;
      outcomes[index] = await outcomeOf(async () => {
        signal.throwIfAborted();
        return fn(items[index] as Item, signal, index);
      });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, items.length)) }, work));
  return outcomes;
}

async function outcomeOf<T>(fn: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { status: "fulfilled", value: await fn() };
  } catch (reason) {
    return { status: "rejected", reason };
  }
}
