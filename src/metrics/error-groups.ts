/** Errors of all hosts, those alike counted together. */
import type { LoadError } from "../load/segment-progress.ts";
import type { Result } from "./result.ts";

type Group = Result["errors"][number];

/** More kinds of errors than this are not told apart: the rest is counted under one heading. */
const maxGroups = 200;

export class ErrorGroups {
  readonly #groups = new Map<string, Group>();

  /** @param place where it stands: `hosts/<host>/stream.log:<line>` */
  add(error: LoadError, host: string, place: string): void {
    let key = `${error.kind} ${alike(error.message)}`;
    let message = error.message;
    if (!this.#groups.has(key) && this.#groups.size >= maxGroups) {
      key = `${error.kind} …`;
      message = "further errors, each unlike the others listed";
    }
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { kind: error.kind, message, count: 1, hosts: [host], first: place });
      return;
    }
    group.count++;
    if (!group.hosts.includes(host)) group.hosts.push(host);
  }

  /** Most frequent first; of equal counts, in the order of their first places. */
  list(): Group[] {
    return [...this.#groups.values()].toSorted((a, b) => b.count - a.count);
  }
}

/** Errors are alike when they differ only in numbers, addresses, ids of LiveKit, identities and tokens. */
function alike(message: string): string {
  return message
    .replaceAll(/\b(?:TR|PA|RM|ND|CO)_\w+/g, "SID")
    .replaceAll(/\b(lp|rp):[^,\s]+/g, "$1:ID")
    .replaceAll(/0x[0-9a-f]+/gi, "0xN")
    .replaceAll(/\d+/g, "N");
}
