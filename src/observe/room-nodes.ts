/**
 * Which server each room lives on. LiveKit tells it to whoever joins: once a room has participants, a hidden one joins
 * over signalling alone, without media, and leaves at once; others are not told of it.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { RoomNode, RoomsSample } from "../metrics/raw.ts";
import { errorText, type Target } from "./target.ts";

/** Joins under way at the same time. */
const concurrency = 2;
const attempts = 3;

export type RoomNodesOptions = {
  target: Pick<Target, "nodeOf">;
  /** The NDJSON file to append to. */
  log: string;
  now: () => number;
  signal: AbortSignal;
};

export class RoomNodes {
  readonly #options: RoomNodesOptions;
  /** Failed attempts. */
  readonly #failures = new Map<string, number>();
  readonly #known = new Set<string>();
  readonly #waiting: string[] = [];
  readonly #working = new Set<Promise<void>>();

  constructor(options: RoomNodesOptions) {
    this.#options = options;
    mkdirSync(dirname(options.log), { recursive: true });
  }

  /** Asks about the rooms that a poll showed for the first time, or again after they were empty: they may have moved. */
  seen({ rooms }: RoomsSample): void {
    for (const { name, participants } of rooms ?? []) {
      if (participants === 0) {
        this.#known.delete(name);
        continue;
      }
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      this.#waiting.push(name);
    }
    while (this.#working.size < concurrency && this.#waiting.length > 0) {
      const work: Promise<void> = this.#work().finally(() => this.#working.delete(work));
      this.#working.add(work);
    }
  }

  /** Waits for what is under way. */
  async done(): Promise<void> {
    await Promise.all(this.#working);
  }

  async #work(): Promise<void> {
    for (let room = this.#waiting.shift(); room !== undefined; room = this.#waiting.shift()) await this.#ask(room);
  }

  async #ask(room: string): Promise<void> {
    const { target, log, now, signal } = this.#options;
    if (signal.aborted) return;
    const askedAtMs = now();
    let line: RoomNode;
    try {
      const nodeId = await target.nodeOf(room, signal);
      line = { askedAtMs, room, nodeId, error: nodeId === null ? "the server did not tell" : null };
    } catch (error) {
      if (signal.aborted) return;
      line = { askedAtMs, room, nodeId: null, error: errorText(error) };
      const failures = (this.#failures.get(room) ?? 0) + 1;
      this.#failures.set(room, failures);
      // The next poll that shows the room asks again.
      if (failures < attempts) this.#known.delete(room);
    }
    appendFileSync(log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}
