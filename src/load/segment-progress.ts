/**
 * One lk process as its stream tells it, line by line: for the live view while it runs and for the analysis after.
 * Claims nothing that a line does not prove (see lk-line.ts). Times are those that the lines are handed over with.
 */
import { publisherCount, type Segment } from "../plan/plan.ts";
import { parseLkLine, type LkLine } from "./lk-line.ts";
import { LkTables } from "./lk-tables.ts";
import type { SupervisorEvent } from "./supervisor-line.ts";

export type LoadErrorKind = "connect" | "publish" | "subscribe" | "crash" | "start" | "other";
export type LoadError = { kind: LoadErrorKind; message: string };

export class SegmentProgress {
  readonly segment: Segment;
  readonly publishers: number;
  readonly participants: number;
  readonly tables = new LkTables();
  /** Errors seen, by kind. */
  readonly errors: Partial<Record<LoadErrorKind, number>> = {};
  /** Time of a publisher's first `publishing` line and of a subscriber's first track, by index; NaN: not seen. */
  readonly firstAtMs: Float64Array;
  /** When a subscriber reached the tracks that it is expected to have at least; NaN: not seen. */
  readonly allTracksAtMs: Float64Array;
  /** Distinct tracks that each participant subscribed to, by index. */
  readonly trackCounts: Uint32Array;
  /** When each track arrived, in the order of the stream. */
  readonly trackTimesMs: number[] = [];
  attempts = 0;
  retries = 0;
  /** First start against the armed time, by the host's clock. Null: never started. */
  startErrorMs: number | null = null;
  startedAtMs: number | null = null;
  finishedConnectingAtMs: number | null = null;
  exitedAtMs: number | null = null;
  exitCode: number | null = null;
  killed = false;
  /** Given up on by the supervisor: no attempt left. */
  failed = false;

  readonly #expectedTracks: number;
  readonly #tracks = new Set<string>();
  readonly #refused: Uint8Array;
  #publishersSeen = 0;
  #subscribersSeen = 0;
  #subscribersRefused = 0;
  /** What the process said last besides its usual lines: the reason when it dies. */
  #lastWords: string | null = null;
  #panic: string | null = null;
  #stopping = false;

  /** @param expectedTracks that each subscriber of the room is expected to reach at least */
  constructor(segment: Segment, expectedTracks: number) {
    this.segment = segment;
    this.publishers = publisherCount(segment);
    this.participants = this.publishers + segment.subscribers;
    this.#expectedTracks = expectedTracks;
    this.firstAtMs = new Float64Array(this.participants).fill(Number.NaN);
    this.allTracksAtMs = new Float64Array(this.participants).fill(Number.NaN);
    this.trackCounts = new Uint32Array(this.participants);
    this.#refused = new Uint8Array(this.participants);
  }

  get publishersJoined(): number {
    return this.#publishersSeen;
  }

  /** Seen with a track; after `Finished connecting` also all those that lk did not report as refused. */
  get subscribersJoined(): number {
    if (this.finishedConnectingAtMs === null) return this.#subscribersSeen;
    return this.segment.subscribers - this.#subscribersRefused;
  }

  get tracksSubscribed(): number {
    return this.trackTimesMs.length;
  }

  get joined(): number {
    return this.publishersJoined + this.subscribersJoined;
  }

  get running(): boolean {
    return this.startedAtMs !== null && this.exitedAtMs === null;
  }

  /** Takes a line of the process. @returns the error that it tells, if any */
  line(timeMs: number, text: string): LoadError | undefined {
    const line = parseLkLine(text);
    this.tables.add(line);
    switch (line.type) {
      case "publishing":
        if (line.index < this.publishers && this.#mine(line.identity)) this.#publishing(timeMs, line.index);
        return undefined;
      case "subscribed":
        if (line.index < this.participants && this.#mine(line.identity)) this.#subscribed(timeMs, line);
        return undefined;
      case "connect-failed":
        return this.#connectFailed(line);
      case "finished-connecting":
        this.finishedConnectingAtMs ??= timeMs;
        return undefined;
      case "subscription-failed":
        return this.#error("subscribe", text);
      case "panic":
        if (line.recovered) return this.#error("other", line.message);
        this.#panic ??= line.message;
        return undefined;
      case "other":
        if (this.#panic === null) this.#lastWords = line.text;
        return undefined;
      case "starting":
      case "table-title":
      case "table-row":
      case "table-rule":
      case "blank":
        return undefined;
    }
    return undefined;
  }

  /** Takes what the supervisor says about this process, and its orders to stop. @returns the error that it tells */
  event(timeMs: number, event: SupervisorEvent): LoadError | undefined {
    switch (event.event) {
      case "started":
        this.attempts = Math.max(this.attempts + 1, event.attempt);
        this.startErrorMs ??= event.errorMs;
        this.startedAtMs ??= timeMs;
        this.exitedAtMs = null;
        this.exitCode = null;
        this.finishedConnectingAtMs = null;
        this.#lastWords = null;
        this.#panic = null;
        return undefined;
      case "exited":
        this.exitedAtMs = timeMs;
        this.exitCode = event.code;
        return this.#exited(event.code);
      case "retry":
        this.retries++;
        return undefined;
      case "failed":
        this.failed = true;
        // One that had participants did start: its supervising process was lost later.
        return this.#error(
          this.joined === 0 ? "start" : "crash",
          `lk was given up on: ${event.reason || "no reason told"}`,
        );
      case "killed":
        this.killed = true;
        return undefined;
      case "stopping":
        this.#stopping = true;
        return undefined;
      case "armed":
      case "done":
        return undefined;
    }
    return undefined;
  }

  #mine(identity: string): boolean {
    return identity.startsWith(`${this.segment.identityPrefix}_`);
  }

  #publishing(timeMs: number, index: number): void {
    if (!Number.isNaN(this.firstAtMs[index])) return;
    this.firstAtMs[index] = timeMs;
    this.#publishersSeen++;
  }

  #subscribed(timeMs: number, line: Extract<LkLine, { type: "subscribed" }>): void {
    const { index } = line;
    if (index < this.publishers) return;
    const key = `${index} ${line.sid}`;
    if (this.#tracks.has(key)) return;
    this.#tracks.add(key);
    this.trackTimesMs.push(timeMs);
    const count = (this.trackCounts[index] ?? 0) + 1;
    this.trackCounts[index] = count;
    if (count === 1) {
      this.firstAtMs[index] = timeMs;
      this.#subscribersSeen++;
    }
    if (count === this.#expectedTracks) this.allTracksAtMs[index] = timeMs;
  }

  /** `Sub N` counts from the first participant without video: its index is N + video publishers. */
  #connectFailed(line: Extract<LkLine, { type: "connect-failed" }>): LoadError {
    const index = line.role === "publisher" ? line.number : line.number + this.segment.videoPublishers;
    if (line.role === "subscriber" && this.#refused[index] === 0) {
      this.#refused[index] = 1;
      this.#subscribersRefused++;
    }
    return this.#error("connect", line.message);
  }

  #exited(code: number): LoadError | undefined {
    if (this.#panic !== null) return this.#error("crash", this.#panic);
    if (code === 0 || this.#stopping) return undefined;
    const words = this.#lastWords ?? (code >= 128 ? `killed by signal ${code - 128}` : "no message");
    return this.#error(this.joined === 0 ? "start" : "crash", `lk ended with exit code ${code}: ${words}`);
  }

  #error(kind: LoadErrorKind, message: string): LoadError {
    this.errors[kind] = (this.errors[kind] ?? 0) + 1;
    return { kind, message };
  }
}
