/**
 * Counters of one Prometheus endpoint over time, and how much they grew between two scrapes.
 *
 * A series that appears later began at 0 (client libraries create it with its first event), and one that falls was
 * reset by a restart. LiveKit gives each server process a `node_id` of its own: an id that goes away and comes back
 * means that the endpoint answers for different servers by turns, and then no difference between scrapes has meaning.
 */
import type { PrometheusSample } from "./prometheus.ts";
import type { PodRef } from "./raw.ts";

export type CounterSeries = { name: string; labels: Record<string, string>; delta: number };

type Series = { name: string; labels: Record<string, string>; values: (number | undefined)[] };

export class EndpointCounters {
  readonly url: string;
  /** Null: it was asked by its URL. */
  readonly pod: PodRef | null;
  /** When each successful scrape was asked for, epoch ms, ascending. */
  readonly timesMs: number[] = [];
  failures = 0;
  lastError: string | null = null;
  /** First and last scrape that was tried, epoch ms; null before there was one. */
  attemptedMs: { first: number; last: number } | null = null;
  readonly #series = new Map<string, Series>();
  readonly #nodes: Set<string>[] = [];

  constructor(url: string, pod: PodRef | null = null) {
    this.url = url;
    this.pod = pod;
  }

  /** As reports call it. */
  get name(): string {
    return this.pod === null ? this.url : `pod ${this.pod.name}`;
  }

  get attempts(): number {
    return this.timesMs.length + this.failures;
  }

  fail(timeMs: number, error: string): void {
    this.#attempt(timeMs);
    this.failures++;
    this.lastError = error;
  }

  /** LiveKit's ids of the server processes that answered here, in the order in which they came. */
  get nodeIds(): string[] {
    return [...new Set(this.#nodes.flatMap((nodes) => [...nodes]))];
  }

  /** Whether any scrape had a series of this name. */
  has(name: string): boolean {
    for (const series of this.#series.values()) if (series.name === name) return true;
    return false;
  }

  /** When the process that answered first had started, by its own clock; null when it does not tell. */
  get startedAtMs(): number | null {
    const seconds = this.sumAt("process_start_time_seconds", 0);
    return seconds === undefined ? null : seconds * 1000;
  }

  #attempt(timeMs: number): void {
    this.attemptedMs = { first: this.attemptedMs?.first ?? timeMs, last: timeMs };
  }

  add(timeMs: number, samples: readonly PrometheusSample[]): void {
    this.#attempt(timeMs);
    const at = this.timesMs.length;
    this.timesMs.push(timeMs);
    const nodes = new Set<string>();
    for (const { name, labels, value } of samples) {
      if (labels.node_id !== undefined) nodes.add(labels.node_id);
      const key = seriesKey(name, labels);
      let series = this.#series.get(key);
      if (series === undefined) this.#series.set(key, (series = { name, labels, values: [] }));
      series.values[at] = value;
    }
    this.#nodes.push(nodes);
  }

  /** Why differences between scrapes mean nothing here; undefined when they do. */
  get problem(): string | undefined {
    const gone = new Set<string>();
    let present = new Set<string>();
    for (const nodes of this.#nodes) {
      for (const node of nodes) {
        if (gone.has(node)) return "it answers for different servers by turns: scrape each server by itself";
      }
      for (const node of present) if (!nodes.has(node)) gone.add(node);
      present = nodes;
    }
    return undefined;
  }

  /** Server processes that went away between the two scrapes: what they counted after their last scrape is lost. */
  restarts(from: number, to: number): number {
    let count = 0;
    for (let i = from + 1; i <= to; i++) {
      for (const node of this.#nodes[i - 1] ?? []) if (this.#nodes[i]?.has(node) === false) count++;
    }
    return count;
  }

  /**
   * Growth of every series with this name between two scrapes, by index; a series seen in neither is left out.
   * @param from -1: from the start of the process, when all counters were 0
   */
  deltas(name: string, from: number, to: number): CounterSeries[] {
    const grown: CounterSeries[] = [];
    for (const series of this.#series.values()) {
      if (series.name !== name) continue;
      const delta = counterDelta(series.values, from, to);
      if (delta !== undefined) grown.push({ name, labels: series.labels, delta });
    }
    return grown;
  }

  /** Sum of all series with this name at one scrape (for gauges); undefined when there is none. */
  sumAt(name: string, at: number): number | undefined {
    let sum: number | undefined;
    for (const series of this.#series.values()) {
      const value = series.name === name ? series.values[at] : undefined;
      if (value !== undefined && Number.isFinite(value)) sum = (sum ?? 0) + value;
    }
    return sum;
  }
}

/**
 * Growth from one index to another. A fall is a reset: counting began again at 0. A first value after `from` means
 * that the series began at 0 then. Undefined when there is no value in the range.
 */
export function counterDelta(values: readonly (number | undefined)[], from: number, to: number): number | undefined {
  let previous = values[from];
  let seen = previous !== undefined && Number.isFinite(previous);
  if (!seen) previous = 0;
  let delta = 0;
  for (let i = from + 1; i <= to; i++) {
    const value = values[i];
    if (value === undefined || !Number.isFinite(value)) continue;
    delta += value >= (previous ?? 0) ? value - (previous ?? 0) : value;
    previous = value;
    seen = true;
  }
  return seen ? delta : undefined;
}

function seriesKey(name: string, labels: Record<string, string>): string {
  const pairs = Object.keys(labels)
    .toSorted()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`);
  return `${name} ${pairs.join(",")}`;
}
