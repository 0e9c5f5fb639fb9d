/** Judges, while the load runs, the thresholds that may end it: by the analysis' own code, on what is known so far. */
import { formatLimit } from "../config/thresholds.ts";
import { ErrorGroups } from "../metrics/error-groups.ts";
import { HostStream } from "../metrics/host-stream.ts";
import { ProbesAnalysis } from "../metrics/probes/analyse.ts";
import type { ProbeLine } from "../metrics/probes/lines.ts";
import type { Armed, LoadFile, Scrape } from "../metrics/raw.ts";
import { ServerMetrics } from "../metrics/server-metrics.ts";
import { steadyOf } from "../metrics/settle.ts";
import { windowsOf } from "../metrics/sliding.ts";
import type { TimeRange } from "../metrics/window.ts";
import type { Plan, ThresholdPlan } from "../plan/plan.ts";

export type Breach = { abortedBy: NonNullable<LoadFile["abortedBy"]>; text: string };

export class LiveJudge {
  readonly #plan: Plan;
  readonly #startAtMs: number;
  readonly #thresholds: readonly ThresholdPlan[];
  readonly #server = new ServerMetrics();
  readonly #probes = new ProbesAnalysis();
  readonly #streams = new Map<string, HostStream>();
  /** The end of the last window that was judged, by threshold. */
  readonly #judgedMs = new Map<string, number>();

  constructor(plan: Plan, armed: Armed) {
    this.#plan = plan;
    this.#startAtMs = armed.startAtMs;
    this.#thresholds = plan.thresholds.filter(({ abortOnFail }) => abortOnFail === true);
    const errors = new ErrorGroups();
    for (const { name, clock, startAtHostMs } of armed.hosts) {
      const host = plan.hosts.find((one) => one.name === name);
      if (host === undefined || startAtHostMs === null) continue;
      this.#streams.set(name, new HostStream(host, plan, clock?.offsetMs ?? 0, errors));
    }
  }

  /** Nothing may end the load: nothing needs to be kept. */
  get idle(): boolean {
    return this.#thresholds.length === 0;
  }

  hostLine(host: string, line: string): void {
    if (!this.idle) this.#streams.get(host)?.push(line, 0);
  }

  scrape(sample: Scrape): void {
    if (!this.idle) this.#server.add(sample);
  }

  probeLine(line: ProbeLine): void {
    if (!this.idle) this.#probes.add(line);
  }

  /** The first window that breaks a limit, of those that were not judged yet; null: none does. */
  look(nowMs: number): Breach | null {
    const steady = this.idle ? null : this.#steady();
    if (steady === null) return null;
    const streams = [...this.#streams.values()];
    const measuring = { plan: this.#plan, server: this.#server, probes: this.#probes, streams };
    for (const threshold of this.#thresholds) {
      const { metric } = threshold;
      const afterMs = this.#judgedMs.get(metric);
      for (const window of windowsOf(threshold, measuring, steady, { afterMs, knownUntilMs: nowMs })) {
        this.#judgedMs.set(metric, window.toMs);
        if (window.broken) return this.#breach(threshold, window);
      }
    }
    return null;
  }

  /** So far; null until all processes hold their load. */
  #steady(): TimeRange | null {
    const streams = [...this.#streams.values()];
    const all = streams.flatMap(({ segments }) => segments);
    if (all.some(({ finishedConnectingAtMs }) => finishedConnectingAtMs === null)) return null;
    const steady = steadyOf(streams);
    return steady === null || steady === "none" ? null : steady.window;
  }

  #breach(threshold: ThresholdPlan, window: TimeRange & { figure: { measured: number | null } }): Breach {
    const { metric, unit } = threshold;
    const { fromMs, toMs } = window;
    const { measured } = window.figure;
    const at = (ms: number) => `${Math.round((ms - this.#startAtMs) / 1000)} s`;
    const figure = measured === null ? "beyond its limit" : `${Math.round(measured * 100) / 100} ${unit}`;
    return {
      abortedBy: { metric, fromMs, toMs, measured },
      text: `${metric} was ${figure} from ${at(fromMs)} to ${at(toMs)} of the load, the limit is ${formatLimit(threshold)}`,
    };
  }
}
