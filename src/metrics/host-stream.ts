/** One host's stream, line by line, into numbers; the lines themselves are not kept. Controller's clock, epoch ms. */
import { parseRtpLine } from "../load/rtp-line.ts";
import { SampleReader, type ReadSample } from "../load/sample-reader.ts";
import { SegmentProgress } from "../load/segment-progress.ts";
import { splitStreamLine } from "../load/stream-line.ts";
import { parseSupervisorLine, type SupervisorEvent } from "../load/supervisor-line.ts";
import type { HostPlan, Plan } from "../plan/plan.ts";
import type { ErrorGroups } from "./error-groups.ts";
import { RtpSamples } from "./rtp-samples.ts";
import { HostSamples } from "./samples.ts";

export type HostEvent = { atMs: number; text: string; host: string };

export class HostStream {
  readonly host: HostPlan;
  readonly segments: readonly SegmentProgress[];
  readonly samples = new HostSamples();
  readonly rtp = new RtpSamples();
  /** Worth a mark in a chart: retries, stops, kills. */
  readonly events: HostEvent[] = [];
  /** Why the supervisor said that it is done; null: it never did. */
  doneReason: string | null = null;
  /** Why it ended the load before its own end; null: it did not. */
  stoppingReason: string | null = null;
  stoppingAtMs: number | null = null;
  lastLineAtMs: number | null = null;
  lines = 0;
  unreadable = 0;

  readonly #offsetMs: number;
  readonly #samples: SampleReader;
  readonly #errors: ErrorGroups;
  readonly #bySource = new Map<string, SegmentProgress>();

  /** @param offsetMs the host's clock minus the controller's */
  constructor(host: HostPlan, plan: Plan, offsetMs: number, errors: ErrorGroups) {
    this.host = host;
    this.#offsetMs = offsetMs;
    this.#errors = errors;
    // On one machine with the target, the load runs over the loopback interface.
    this.#samples = new SampleReader(plan.fleet === "local");
    const expected = new Map(plan.rooms.map((room) => [room.name, room.expectedTracksPerSubscriber.min]));
    this.segments = plan.segments
      .filter((segment) => segment.host === host.name)
      .map((segment) => new SegmentProgress(segment, expected.get(segment.room) ?? 0));
    for (const progress of this.segments) this.#bySource.set(progress.segment.id, progress);
  }

  push(raw: string, lineNumber: number): void {
    this.lines++;
    const line = splitStreamLine(raw);
    if (line === undefined) {
      this.unreadable++;
      return;
    }
    const atMs = line.timeMs - this.#offsetMs;
    if (this.lastLineAtMs === null || atMs > this.lastLineAtMs) this.lastLineAtMs = atMs;
    if (line.source === "smp") {
      this.#sampled(this.#samples.push(atMs, line.text));
      return;
    }
    if (line.source === "rtp") {
      const read = parseRtpLine(line.text);
      if (read !== undefined) this.rtp.add(atMs, read);
      return;
    }
    const place = `hosts/${this.host.name}/stream.log:${lineNumber}`;
    if (line.source === "sup") {
      const event = parseSupervisorLine(line.text);
      if (event !== undefined) this.#supervised(atMs, event, place);
      return;
    }
    const error = this.#bySource.get(line.source)?.line(atMs, line.text);
    if (error !== undefined) this.#errors.add(error, this.host.name, place);
  }

  /** No line will follow. */
  end(): void {
    this.#sampled(this.#samples.end());
  }

  #sampled(read: ReadSample | undefined): void {
    if (read !== undefined) this.samples.add(read.delta, read.memoryAvailableKb);
  }

  #supervised(atMs: number, event: SupervisorEvent, place: string): void {
    const targets = "segment" in event ? [this.#bySource.get(event.segment)] : this.segments;
    for (const segment of targets) {
      const error = segment?.event(atMs, event);
      if (error !== undefined) this.#errors.add(error, this.host.name, place);
    }
    const { name: host } = this.host;
    switch (event.event) {
      case "retry":
        this.events.push({ atMs, host, text: `${event.segment}: start failed, tried again (${event.reason})` });
        return;
      case "failed":
        this.events.push({ atMs, host, text: `${event.segment}: given up on (${event.reason})` });
        return;
      case "killed":
        this.events.push({ atMs, host, text: `${event.segment}: killed, it did not stop when asked to` });
        return;
      case "stopping":
        this.stoppingReason ??= event.reason;
        this.stoppingAtMs ??= atMs;
        this.events.push({ atMs, host, text: `load ended early (${event.reason})` });
        return;
      case "done":
        this.doneReason ??= event.reason;
        return;
      case "armed":
      case "started":
      case "exited":
        return;
    }
  }
}
