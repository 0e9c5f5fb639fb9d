/** metrics.k8s.io samples: the same one is seen by several polls, and counts once. */
import type { TimeRange } from "../window.ts";
import type { UsageSample } from "./lines.ts";

export type Fullest = { maxPercent: number; name: string; atMs: number; used: number; bound: number };

export class Usage {
  readonly #samples = new Map<string, Map<number, UsageSample>>();

  /** False when this object's sample of this time is known already. */
  add(sample: UsageSample): boolean {
    let known = this.#samples.get(sample.name);
    if (known === undefined) this.#samples.set(sample.name, (known = new Map()));
    if (known.has(sample.timestampMs)) return false;
    known.set(sample.timestampMs, sample);
    return true;
  }

  get names(): string[] {
    return [...this.#samples.keys()];
  }

  /** Those stamped in the time, each once. */
  within(name: string, range: TimeRange): UsageSample[] {
    return [...(this.#samples.get(name)?.values() ?? [])].filter(
      ({ timestampMs }) => timestampMs >= range.fromMs && timestampMs <= range.toMs,
    );
  }

  /**
   * Of the objects with a bound above 0, the sample in the time that came nearest to its object's own.
   * @returns also how many samples there were; the first of equal ones; undefined without any
   */
  fullest(
    bounds: Iterable<readonly [name: string, bound: number]>,
    field: "cpuCores" | "memoryBytes",
    range: TimeRange,
  ): { n: number; best: Fullest | undefined } {
    let n = 0;
    let best: Fullest | undefined;
    for (const [name, bound] of bounds) {
      if (bound <= 0) continue;
      for (const sample of this.within(name, range)) {
        const used = sample[field];
        if (used === null) continue;
        n += 1;
        const maxPercent = (used / bound) * 100;
        if (best === undefined || maxPercent > best.maxPercent) {
          best = { maxPercent, name, atMs: sample.timestampMs, used, bound };
        }
      }
    }
    return { n, best };
  }

  /** Mean of each object over its own samples in the time; objects without any are left out, not 0. */
  means(names: Iterable<string>, field: "cpuCores" | "memoryBytes", range: TimeRange): Map<string, number> {
    const means = new Map<string, number>();
    for (const name of names) {
      const values = this.within(name, range).flatMap((sample) => sample[field] ?? []);
      if (values.length > 0) means.set(name, values.reduce((sum, value) => sum + value, 0) / values.length);
    }
    return means;
  }
}
