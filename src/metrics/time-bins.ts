/** Even bins of time for charts: at most so many points, from the common start to the end of the load. */
import type { Series } from "./result.ts";

export class TimeBins {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthMs: number;
  readonly count: number;

  constructor(fromMs: number, toMs: number, maxPoints: number) {
    const totalMs = Math.max(1000, toMs - fromMs);
    this.fromMs = fromMs;
    this.toMs = fromMs + totalMs;
    this.widthMs = Math.max(1, Math.ceil(totalMs / maxPoints / 1000)) * 1000;
    this.count = Math.ceil(totalMs / this.widthMs);
  }

  /** Undefined outside. */
  index(timeMs: number): number | undefined {
    const index = Math.floor((timeMs - this.fromMs) / this.widthMs);
    return index >= 0 && index < this.count ? index : undefined;
  }

  startMs(index: number): number {
    return Math.round(this.fromMs + index * this.widthMs);
  }

  /** Shorter than the others only for the last bin. */
  lengthMs(index: number): number {
    return Math.min(this.widthMs, this.toMs - this.fromMs - index * this.widthMs);
  }

  /** An empty column: NaN is "nothing measured". */
  column(fill = Number.NaN): Float64Array {
    return new Float64Array(this.count).fill(fill);
  }

  /** Keeps the greatest value of each bin that the time touches. */
  raise(column: Float64Array, fromMs: number, toMs: number, value: number): void {
    if (Number.isNaN(value)) return;
    const [first, last] = this.#range(fromMs, toMs);
    for (let i = first; i <= last; i++) if (!((column[i] ?? Number.NaN) >= value)) column[i] = value;
  }

  /** Shares an amount out over the bins by time: what is summed up stays whole. */
  spread(column: Float64Array, fromMs: number, toMs: number, amount: number): void {
    if (Number.isNaN(amount) || toMs <= fromMs) return;
    const [first, last] = this.#range(fromMs, toMs);
    for (let i = first; i <= last; i++) {
      const from = Math.max(fromMs, this.fromMs + i * this.widthMs);
      const to = Math.min(toMs, this.toMs, this.fromMs + (i + 1) * this.widthMs);
      if (to <= from) continue;
      const before = column[i] ?? Number.NaN;
      column[i] = (Number.isNaN(before) ? 0 : before) + (amount * (to - from)) / (toMs - fromMs);
    }
  }

  /** How many of the times have passed by the end of each bin. */
  cumulated(timesMs: Iterable<number>): Float64Array {
    const column = this.column(0);
    for (const timeMs of timesMs) {
      if (Number.isNaN(timeMs)) continue;
      const index = timeMs < this.fromMs ? 0 : this.index(timeMs);
      if (index !== undefined) column[index] = (column[index] ?? 0) + 1;
    }
    for (let i = 1; i < this.count; i++) column[i] = (column[i] ?? 0) + (column[i - 1] ?? 0);
    return column;
  }

  /** Points with at most this many decimals; NaN becomes null. */
  points(column: Float64Array, decimals = 0, scale = 1): Series["points"] {
    const unit = 10 ** decimals;
    return Array.from(column, (value, index) => [
      this.startMs(index),
      Number.isNaN(value) ? null : Math.round(value * scale * unit) / unit,
    ]);
  }

  #range(fromMs: number, toMs: number): [number, number] {
    const first = Math.max(0, Math.floor((fromMs - this.fromMs) / this.widthMs));
    const last = Math.min(this.count - 1, Math.ceil((toMs - this.fromMs) / this.widthMs) - 1);
    return [first, last];
  }
}
