/** How long the target took to answer a plain request, over time. */
import type { AnswerSample } from "../raw.ts";
import type { TimeRange } from "../window.ts";
import type { Answers } from "./result.ts";

/** A percentile above the median needs so many. */
const p90Needs = 10;

export class AnswerTimes {
  readonly samples: AnswerSample[] = [];

  add(sample: AnswerSample): void {
    this.samples.push(sample);
  }

  /** When it stopped to answer, and when it began again. */
  silences(range: TimeRange): { atMs: number; text: string }[] {
    const events: { atMs: number; text: string }[] = [];
    let sinceMs: number | null = null;
    for (const { polledAtMs: atMs, error } of this.samples) {
      if (atMs < range.fromMs || atMs > range.toMs) continue;
      if (error !== null && sinceMs === null) {
        sinceMs = atMs;
        events.push({ atMs, text: `LiveKit does not answer: ${error}` });
      } else if (error === null && sinceMs !== null) {
        events.push({ atMs, text: `LiveKit answers again after ${Math.round((atMs - sinceMs) / 100) / 10} s` });
        sinceMs = null;
      }
    }
    return events;
  }

  within(range: TimeRange | null): Answers {
    const asked = this.samples.filter(
      ({ polledAtMs }) => range !== null && polledAtMs >= range.fromMs && polledAtMs < range.toMs,
    );
    const failed = asked.filter(({ error }) => error !== null);
    const connects = asked.flatMap(({ connectMs }) => connectMs ?? []);
    const answers = asked.flatMap(({ answerMs }) => answerMs ?? []);
    return {
      n: asked.length,
      failed: failed.length,
      lastError: failed.at(-1)?.error ?? null,
      connectP50Ms: rank(connects, 0.5),
      answerP50Ms: rank(answers, 0.5),
      answerP90Ms: answers.length < p90Needs ? null : rank(answers, 0.9),
    };
  }
}

/** By nearest rank. */
function rank(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? null;
}
