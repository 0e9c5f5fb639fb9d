/** What the server itself listed, poll by poll: who was in the run's rooms. */
import type { RoomsSample } from "./raw.ts";
import type { TimeRange } from "./window.ts";

type Poll = { atMs: number; answeredAtMs: number; participants: number };

export class RoomPolls {
  readonly polls: Poll[] = [];
  readonly attemptsMs: number[] = [];
  lastError: string | null = null;
  readonly #rooms: ReadonlySet<string>;
  readonly #startAtMs: number;
  readonly #peaks = new Map<string, number>();
  #peak: number | null = null;

  /**
   * @param rooms the run's own: others on the same server are not counted
   * @param startAtMs of the load: that nobody was there before it says nothing about who came
   */
  constructor(rooms: readonly string[], startAtMs: number) {
    this.#rooms = new Set(rooms);
    this.#startAtMs = startAtMs;
  }

  add(sample: RoomsSample): void {
    this.attemptsMs.push(sample.polledAtMs);
    if (sample.rooms === null) {
      this.lastError = sample.error;
      return;
    }
    const listed = sample.rooms.filter(({ name }) => this.#rooms.has(name));
    const participants = listed.reduce((sum, room) => sum + room.participants, 0);
    if (sample.polledAtMs >= this.#startAtMs) {
      this.#peak = Math.max(this.#peak ?? 0, participants);
      for (const room of listed) {
        this.#peaks.set(room.name, Math.max(this.#peaks.get(room.name) ?? 0, room.participants));
      }
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

  /** When the server was first asked in vain without any answer after that, within the time; null if it answered. */
  silentFrom(range: TimeRange): number | null {
    const lastAnswer = Math.max(...this.polls.map(({ atMs }) => atMs), Number.NEGATIVE_INFINITY);
    return this.attemptsMs.find((atMs) => atMs >= range.fromMs && atMs <= range.toMs && atMs > lastAnswer) ?? null;
  }

  attempts(range: TimeRange): number {
    return this.attemptsMs.filter((atMs) => atMs >= range.fromMs && atMs <= range.toMs).length;
  }

  /** Most participants listed at once, in all rooms; null when the server did not answer once since the start. */
  get peak(): number | null {
    return this.#peak;
  }

  /** The same of one room; 0 when the answers did not hold it. */
  roomPeak(room: string): number | null {
    return this.#peak === null ? null : (this.#peaks.get(room) ?? 0);
  }
}
