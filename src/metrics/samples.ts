/** One host's samples over time, in columns: a long run of a large fleet has hundreds of thousands of them. */
import type { SamplerDelta } from "../load/sampler-delta.ts";
import type { TimeRange } from "./window.ts";

/** Counted between two samples; NaN where it was not measured. */
const counters = [
  "rxBytes",
  "txBytes",
  "nicDrops",
  "udpRcvbufErrors",
  "udpSndbufErrors",
  "softnetDrops",
  "softnetSqueezes",
] as const;
export type SampleCounter = (typeof counters)[number];

export class HostSamples {
  /** Each sample covers the time since the one before it; controller's clock, epoch ms. */
  readonly fromMs: number[] = [];
  readonly toMs: number[] = [];
  /** Busy percent by core; NaN where a core was not seen. */
  readonly cores = new Map<number, number[]>();
  /** Mean over the cores, percent. */
  readonly busy: number[] = [];
  readonly steal: number[] = [];
  /** Of the core that most was taken from, percent. */
  readonly maxSteal: number[] = [];
  readonly memoryAvailableKb: number[] = [];
  readonly counters: Record<SampleCounter, number[]> = {
    rxBytes: [],
    txBytes: [],
    nicDrops: [],
    udpRcvbufErrors: [],
    udpSndbufErrors: [],
    softnetDrops: [],
    softnetSqueezes: [],
  };

  get length(): number {
    return this.toMs.length;
  }

  add(delta: SamplerDelta, memoryAvailableKb: number | undefined): void {
    const at = this.toMs.length;
    this.fromMs.push(delta.fromMs);
    this.toMs.push(delta.toMs);
    let busy = 0;
    let steal = 0;
    let maxSteal = 0;
    for (const use of delta.cores) {
      let column = this.cores.get(use.core);
      if (column === undefined) this.cores.set(use.core, (column = []));
      while (column.length < at) column.push(Number.NaN);
      column.push(use.busyPercent);
      busy += use.busyPercent;
      steal += use.stealPercent;
      maxSteal = Math.max(maxSteal, use.stealPercent);
    }
    const count = delta.cores.length;
    this.busy.push(count === 0 ? Number.NaN : busy / count);
    this.steal.push(count === 0 ? Number.NaN : steal / count);
    this.maxSteal.push(count === 0 ? Number.NaN : maxSteal);
    this.memoryAvailableKb.push(memoryAvailableKb ?? Number.NaN);
    for (const name of counters) this.counters[name].push(delta[name] ?? Number.NaN);
  }

  /** Indexes [first, last) of the samples that overlap the time. */
  within(range: TimeRange): [number, number] {
    let first = 0;
    while (first < this.length && (this.toMs[first] ?? 0) <= range.fromMs) first++;
    let last = first;
    while (last < this.length && (this.fromMs[last] ?? 0) < range.toMs) last++;
    return [first, last];
  }

  /** How many samples were taken in the time. */
  taken(range: TimeRange): number {
    return this.toMs.filter((time) => time > range.fromMs && time <= range.toMs).length;
  }

  /**
   * What a counter grew by in the samples that overlap the time. Null when it was not measured there: a sum that is
   * not whole is only told when it is above 0.
   */
  counted(name: SampleCounter, range: TimeRange): number | null {
    const [first, last] = this.within(range);
    let sum = 0;
    let gap = first === last;
    for (let i = first; i < last; i++) {
      const value = this.counters[name][i] ?? Number.NaN;
      if (Number.isNaN(value)) gap = true;
      else sum += value;
    }
    return gap && sum === 0 ? null : sum;
  }

  /** Bits per second over the samples that overlap the time; null when none was measured. */
  rateBps(name: "rxBytes" | "txBytes", range: TimeRange): number | null {
    const [first, last] = this.within(range);
    let bytes = 0;
    let coveredMs = 0;
    for (let i = first; i < last; i++) {
      const value = this.counters[name][i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      bytes += value;
      coveredMs += (this.toMs[i] ?? 0) - (this.fromMs[i] ?? 0);
    }
    return coveredMs > 0 ? (bytes * 8000) / coveredMs : null;
  }

  /** Mean of a gauge weighted by time; null when none was measured. */
  mean(column: readonly number[], range: TimeRange): number | null {
    const [first, last] = this.within(range);
    let weighted = 0;
    let coveredMs = 0;
    for (let i = first; i < last; i++) {
      const value = column[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const ms = (this.toMs[i] ?? 0) - (this.fromMs[i] ?? 0);
      weighted += value * ms;
      coveredMs += ms;
    }
    return coveredMs > 0 ? weighted / coveredMs : null;
  }

  minimum(column: readonly number[], range: TimeRange): number | null {
    const [first, last] = this.within(range);
    let least = Number.POSITIVE_INFINITY;
    for (let i = first; i < last; i++) {
      const value = column[i] ?? Number.NaN;
      if (value < least) least = value;
    }
    return Number.isFinite(least) ? least : null;
  }
}
