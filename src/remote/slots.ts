/** So many at a time, first come, first served. */
export class Slots {
  #limit: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Waits for a slot; call what it returns, once, to give it back. @throws the signal's reason */
  async take(signal: AbortSignal | undefined): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#taken < this.#limit && this.#waiting.length === 0) {
      this.#taken++;
    } else {
      await this.#turn(signal);
    }
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken--;
      this.#next();
    };
  }

  /** From now on at most this many, at least one. */
  lower(limit: number): void {
    this.#limit = Math.max(1, Math.min(limit, this.#limit));
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#waiting.splice(this.#waiting.indexOf(enter), 1);
      reject(signal?.reason as Error);
    };
    const enter = () => {
      signal?.removeEventListener("abort", onAbort);
      // Taken here rather than after the await, so that nobody slips in between.
      this.#taken++;
      resolve();
    };
    this.#waiting.push(enter);
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise;
  }

  #next(): void {
    while (this.#taken < this.#limit) {
      const enter = this.#waiting.shift();
      if (enter === undefined) return;
      enter();
    }
  }
}
