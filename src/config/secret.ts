import { inspect } from "node:util";

/** A value that must never be shown: every way of turning it into text gives `***`. Read it with {@link reveal}. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: only for what sends it on (stdin of a host, an SDK's constructor). */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [inspect.custom](): string {
    return "***";
  }
}
