import { readFileSync } from "node:fs";
import { join } from "node:path";
import { splitStreamLine, type StreamLine } from "../../src/load/stream-line.ts";
import { SegmentProgress, type LoadError } from "../../src/load/segment-progress.ts";
import { parseSupervisorLine } from "../../src/load/supervisor-line.ts";
import type { Segment } from "../../src/plan/plan.ts";

const folder = join(import.meta.dirname, "..", "captures");

/** Lines of a capture, each of which must be readable. */
export function captureLines(name: string): StreamLine[] {
  const text = readFileSync(join(folder, `${name}.log`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const split = splitStreamLine(line);
      if (split === undefined) throw new Error(`not readable: ${line}`);
      return split;
    });
}

export function segment(counts: { video?: number; audio?: number; subscribers?: number; prefix: string }): Segment {
  return {
    id: "s1",
    host: "h1",
    room: "room",
    identityPrefix: counts.prefix,
    videoPublishers: counts.video ?? 0,
    audioPublishers: counts.audio ?? 0,
    subscribers: counts.subscribers ?? 0,
    startOffsetMs: 0,
    rampMs: 0,
    holdMs: 5000,
  };
}

/** Plays a capture into a segment's progress. */
export function play(
  name: string,
  plan: Segment,
  expectedTracks: number,
): { progress: SegmentProgress; errors: LoadError[] } {
  const progress = new SegmentProgress(plan, expectedTracks);
  const errors: LoadError[] = [];
  for (const { timeMs, source, text } of captureLines(name)) {
    const event = source === "sup" ? parseSupervisorLine(text) : undefined;
    const error =
      event === undefined
        ? source === plan.id
          ? progress.line(timeMs, text)
          : undefined
        : progress.event(timeMs, event);
    if (error !== undefined) errors.push(error);
  }
  return { progress, errors };
}
