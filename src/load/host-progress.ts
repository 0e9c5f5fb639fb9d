/** One host as its stream tells it so far: what the live view shows. Fed with the lines of `stream.log`. */
import type { Segment } from "../plan/plan.ts";
import { samplerDelta } from "./sampler-delta.ts";
import { parseSamplerLine, type SamplerLine } from "./sampler-line.ts";
import { SegmentProgress } from "./segment-progress.ts";
import { splitStreamLine } from "./stream-line.ts";
import { parseSupervisorLine } from "./supervisor-line.ts";

/** A room's expectation, as the plan has it. */
type Room = { name: string; expectedTracksPerSubscriber: { min: number } };

export class HostProgress {
  readonly segments: readonly SegmentProgress[];
  /** The supervisor said that it is done. */
  done = false;
  /** By the last two sampler lines; null until there are two, or where the counter is absent. */
  rxBps: number | null = null;
  txBps: number | null = null;
  maxCorePercent: number | null = null;

  readonly #bySource = new Map<string, SegmentProgress>();
  readonly #loopback: boolean;
  #sample: { timeMs: number; line: SamplerLine } | undefined;

  /** @param options loopback: count traffic over the loopback interface too (local fleet) */
  constructor(segments: readonly Segment[], rooms: readonly Room[], options: { loopback?: boolean } = {}) {
    this.#loopback = options.loopback ?? false;
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
    if (line.source === "smp") this.#sampled(line.timeMs, parseSamplerLine(line.text));
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

  #sampled(timeMs: number, line: SamplerLine): void {
    const before = this.#sample;
    this.#sample = { timeMs, line };
    if (before === undefined || timeMs <= before.timeMs) return;
    const delta = samplerDelta(before, this.#sample, this.#loopback);
    const seconds = (timeMs - before.timeMs) / 1000;
    this.rxBps = delta.rxBytes === null ? null : (delta.rxBytes * 8) / seconds;
    this.txBps = delta.txBytes === null ? null : (delta.txBytes * 8) / seconds;
    this.maxCorePercent = delta.cores.length === 0 ? null : Math.max(...delta.cores.map((core) => core.busyPercent));
  }

  #sum(of: (segment: SegmentProgress) => number): number {
    return this.segments.reduce((total, segment) => total + of(segment), 0);
  }
}
