/** What the server itself listed, poll by poll: who was in the run's rooms. */
import type { RoomsSample } from "./raw.ts";
import type { TimeRange } from "./window.ts";

type Poll = { atMs: number; answeredAtMs: number; participants: number };

export class RoomPolls {
  readonly polls: Poll[] = [];
  readonly attemptsMs: number[] = [];
  lastError: string | null = null;
  readonly #rooms: ReadonlySet<string>;
  readonly #peaks = new Map<string, number>();

  /** @param rooms the run's own: others on the same server are not counted */
  constructor(rooms: readonly string[]) {
    this.#rooms = new Set(rooms);
  }

  add(sample: RoomsSample): void {
    this.attemptsMs.push(sample.polledAtMs);
    if (sample.rooms === null) {
      this.lastError = sample.error;
      return;
    }
    let participants = 0;
    for (const room of sample.rooms) {
      if (!this.#rooms.has(room.name)) continue;
      participants += room.participants;
      this.#peaks.set(room.name, Math.max(this.#peaks.get(room.name) ?? 0, room.participants));
    }
    this.polls.push({ atMs: sample.polledAtMs, answeredAtMs: sample.polledAtMs + sample.tookMs, participants });
  }

  get answered(): boolean {
    return this.polls.length > 0;
  }

  /** Those that were asked and answered in the time: the rooms are asked about one by one. */
  within(range: TimeRange): Poll[] {
    return this.polls.filter(({ atMs, answeredAtMs }) => atMs >= range.fromMs && answeredAtMs <= range.toMs);
  }

  attempts(range: TimeRange): number {
    return this.attemptsMs.filter((atMs) => atMs >= range.fromMs && atMs <= range.toMs).length;
  }

  /** Most participants listed at once, in all rooms; null when the server was never asked with success. */
  get peak(): number | null {
    return this.answered ? Math.max(...this.polls.map(({ participants }) => participants)) : null;
  }

  /** The same of one room; 0 when the answers did not hold it. */
  roomPeak(room: string): number | null {
    return this.answered ? (this.#peaks.get(room) ?? 0) : null;
  }
}
