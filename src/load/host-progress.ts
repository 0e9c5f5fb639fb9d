/** One host as its stream tells it so far: what the live view shows. Fed with the lines of `stream.log`. */
import type { Segment } from "../plan/plan.ts";
import { SampleReader, type ReadSample } from "./sample-reader.ts";
import { SegmentProgress } from "./segment-progress.ts";
import { splitStreamLine } from "./stream-line.ts";
import { parseSupervisorLine } from "./supervisor-line.ts";

/** A room's expectation, as the plan has it. */
type Room = { name: string; expectedTracksPerSubscriber: { min: number } };

export class HostProgress {
  readonly segments: readonly SegmentProgress[];
  /** The supervisor said that it is done. */
  done = false;
  /** By the last two whole samples; null until there are two, or where the counter is absent. */
  rxBps: number | null = null;
  txBps: number | null = null;
  maxCorePercent: number | null = null;

  readonly #bySource = new Map<string, SegmentProgress>();
  readonly #samples: SampleReader;

  /** @param options loopback: count traffic over the loopback interface too (local fleet) */
  constructor(segments: readonly Segment[], rooms: readonly Room[], options: { loopback?: boolean } = {}) {
    this.#samples = new SampleReader(options.loopback ?? false);
    this.segments = segments.map((segment) => {
      const room = rooms.find(({ name }) => name === segment.room);
      const progress = new SegmentProgress(segment, room?.expectedTracksPerSubscriber.min ?? 0);
      this.#bySource.set(segment.id, progress);
      return progress;
    });
  }

  get intended(): number {
    return this.#sum((segment) => segment.participants);
  }

  get joined(): number {
    return this.#sum((segment) => segment.joined);
  }

  get tracksSubscribed(): number {
    return this.#sum((segment) => segment.tracksSubscribed);
  }

  get errors(): number {
    return this.#sum((segment) => Object.values(segment.errors).reduce((total, count) => total + count, 0));
  }

  /** Takes a whole line of the stream. */
  push(raw: string): void {
    const line = splitStreamLine(raw);
    if (line === undefined) return;
    if (line.source === "smp") this.#sampled(this.#samples.push(line.timeMs, line.text));
    else if (line.source === "sup") this.#supervised(line.timeMs, line.text);
    else this.#bySource.get(line.source)?.line(line.timeMs, line.text);
  }

  #supervised(timeMs: number, text: string): void {
    const event = parseSupervisorLine(text);
    if (event === undefined) return;
    if (event.event === "done") this.done = true;
    if ("segment" in event) this.#bySource.get(event.segment)?.event(timeMs, event);
    else for (const segment of this.segments) segment.event(timeMs, event);
  }

  #sampled(read: ReadSample | undefined): void {
    if (read === undefined) return;
    const { fromMs, toMs, rxBytes, txBytes, cores } = read.delta;
    const seconds = (toMs - fromMs) / 1000;
    this.rxBps = rxBytes === null ? null : (rxBytes * 8) / seconds;
    this.txBps = txBytes === null ? null : (txBytes * 8) / seconds;
    this.maxCorePercent = cores.length === 0 ? null : Math.max(...cores.map((core) => core.busyPercent));
  }

  #sum(of: (segment: SegmentProgress) => number): number {
    return this.segments.reduce((total, segment) => total + of(segment), 0);
  }
}
