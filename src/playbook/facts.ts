/** What a playbook prints: one `key=value` per line (docs/host-protocol.md). */

/** `error=` and what else was printed; a key that is printed several times keeps all values. */
export class Facts {
  readonly #values = new Map<string, string[]>();

  constructor(entries: Iterable<readonly [string, string]> = []) {
    for (const [key, value] of entries) this.#values.set(key, [...this.all(key), value]);
  }

  /** The last value of a key. */
  get(key: string): string | undefined {
    return this.#values.get(key)?.at(-1);
  }

  all(key: string): readonly string[] {
    return this.#values.get(key) ?? [];
  }

  /** A whole number, or null when the key is absent or holds something else. */
  int(key: string): number | null {
    const value = this.get(key);
    return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : null;
  }

  get changed(): readonly string[] {
    return this.all("changed");
  }

  get warnings(): readonly string[] {
    return this.all("warning");
  }

  /** Every key once, with its last value. */
  toRecord(): Record<string, string> {
    return Object.fromEntries([...this.#values].map(([key, values]) => [key, values.at(-1) ?? ""]));
  }
}

/** Lines that are not `key=value` are what a user's own playbook says besides: they are left out. */
export function parseFacts(stdout: string): Facts {
  const entries: [string, string][] = [];
  for (const line of stdout.split("\n")) {
    const match = /^([A-Za-z][A-Za-z0-9_.:/@-]*)=(.*)$/.exec(line);
    if (match) entries.push([match[1] ?? "", match[2] ?? ""]);
  }
  return new Facts(entries);
}
