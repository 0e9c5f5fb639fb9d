/** Puts a host's samples together and tells what happened between each two. */
import { samplerDelta, type SamplerDelta } from "./sampler-delta.ts";
import { parseSamplerLine, type SamplerLine } from "./sampler-line.ts";

type Sample = { timeMs: number; line: SamplerLine };

export type ReadSample = { delta: SamplerDelta; memoryAvailableKb: number | undefined };

/** A long sample is continued on lines with the same time: it is whole once a line with another time comes. */
export class SampleReader {
  readonly #loopback: boolean;
  #before: Sample | undefined;
  #open: Sample | undefined;

  /** @param loopback whether traffic over the loopback interface counts: where host and target are one machine */
  constructor(loopback: boolean) {
    this.#loopback = loopback;
  }

  /** Takes the text of a `smp` line. @returns what happened up to the sample before this one, when that is whole now */
  push(timeMs: number, text: string): ReadSample | undefined {
    if (this.#open?.timeMs === timeMs) {
      parseSamplerLine(text, this.#open.line);
      return undefined;
    }
    const read = this.end();
    this.#open = { timeMs, line: parseSamplerLine(text) };
    return read;
  }

  /** The last sample, at the end of the stream. */
  end(): ReadSample | undefined {
    const [before, whole] = [this.#before, this.#open];
    if (whole === undefined) return undefined;
    this.#before = whole;
    this.#open = undefined;
    // A clock that was set back would give a sample of negative length.
    if (before === undefined || whole.timeMs <= before.timeMs) return undefined;
    return { delta: samplerDelta(before, whole, this.#loopback), memoryAvailableKb: whole.line.memoryAvailableKb };
  }
}
