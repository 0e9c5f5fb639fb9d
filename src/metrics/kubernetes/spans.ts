/** States that polls show: from the first poll that showed one to the last in a row. */

export type Span<State> = { state: State; fromMs: number; toMs: number; polls: number };

/** One object's states, poll by poll. */
export class Spans<State> {
  readonly list: Span<State>[] = [];
  readonly #isSame: (a: State, b: State) => boolean;

  constructor(isSame: (a: State, b: State) => boolean) {
    this.#isSame = isSame;
  }

  /** @param sinceMs when the state began, where the cluster says so */
  add(atMs: number, state: State, sinceMs: number | null = null): void {
    const last = this.list.at(-1);
    if (last && this.#isSame(last.state, state)) {
      last.toMs = atMs;
      last.polls += 1;
      return;
    }
    this.list.push({ state, fromMs: sinceMs ?? atMs, toMs: atMs, polls: 1 });
  }
}
