/** What each HPA's status showed, poll by poll. */
import type { TimeRange } from "../window.ts";
import { conditionMeaning } from "./condition-words.ts";
import { figureOf, type Point } from "./figure.ts";
import type { Condition, HpaSample } from "./lines.ts";
import type { HpaResult } from "./result.ts";
import { Spans } from "./spans.ts";

export type HpaPoll = { atMs: number; hpa: HpaSample };

export class HpaHistory {
  readonly polls: HpaPoll[] = [];
  readonly #conditions = new Map<string, Spans<Condition>>();

  add(atMs: number, hpa: HpaSample): void {
    const before = this.polls.at(-1)?.atMs ?? atMs;
    this.polls.push({ atMs, hpa });
    for (const condition of hpa.conditions) {
      let spans = this.#conditions.get(condition.type);
      if (spans === undefined) this.#conditions.set(condition.type, (spans = new Spans(isSameCondition)));
      // It tells when the status changed, not when the reason did: only believed between the polls.
      const { sinceMs } = condition;
      spans.add(atMs, condition, sinceMs !== null && sinceMs > before && sinceMs <= atMs ? sinceMs : null);
    }
  }

  get last(): HpaSample | undefined {
    return this.polls.at(-1)?.hpa;
  }

  /** How many pods it wanted. */
  replicas(): HpaResult["replicas"] {
    const sizes = this.polls.flatMap(({ hpa }) => hpa.currentReplicas ?? []);
    if (sizes.length === 0) return { first: null, least: null, most: null, last: null };
    return { first: sizes[0]!, least: Math.min(...sizes), most: Math.max(...sizes), last: sizes.at(-1)! };
  }

  metrics(range: TimeRange): HpaResult["metrics"] {
    return (this.last?.metrics ?? []).map(({ name, unit, target }) => {
      const points: Point[] = this.polls.flatMap(({ atMs, hpa }) => {
        const current = hpa.metrics.find((metric) => metric.name === name && metric.unit === unit)?.current;
        return current === null || current === undefined ? [] : [{ atMs, value: current }];
      });
      const reason = this.#whyNoFigure(range);
      return Object.assign(figureOf(points, range, { source: "hpa status", unit, reason }), { name, target });
    });
  }

  conditions(): HpaResult["conditions"] {
    return [...this.#conditions.values()]
      .flatMap(({ list }) => list)
      .map(({ state: { type, status, reason }, fromMs, toMs, polls }) => ({
        type,
        status,
        reason,
        meaning: conditionMeaning(type, status, reason),
        fromMs,
        toMs,
        polls,
      }))
      .sort((a, b) => a.fromMs - b.fromMs || (a.type < b.type ? -1 : 1));
  }

  #whyNoFigure(range: TimeRange): string {
    const within = this.polls.filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs);
    if (within.length === 0) return "no poll was answered in the window";
    const inactive = within
      .flatMap(({ hpa }) => hpa.conditions)
      .findLast(({ type, status }) => type === "ScalingActive" && status === "False");
    return inactive === undefined
      ? "the HPA's status had no figure"
      : `the HPA had no figure: ${inactive.message || inactive.reason}`;
  }
}

function isSameCondition(a: Condition, b: Condition): boolean {
  return a.status === b.status && a.reason === b.reason;
}
