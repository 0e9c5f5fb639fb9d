/** What was asked and what was answered: a figure is worth what stands behind it. */
import type { TimeRange } from "../window.ts";
import { partNames, type PartName, type Snapshot, type WatchLine } from "./lines.ts";
import type { KubernetesResult } from "./result.ts";

/** Of the polls that the load should have had, each kind of object must have answered this share. */
const leastAnswered = 0.9;

type Coverage = KubernetesResult["coverage"];
type Gap = Coverage["gaps"][number];
/** What failed in it, with why. */
type Poll = { atMs: number; failed: ReadonlyMap<PartName, string> };
type Part = { answered: number; asked: number; lastError: string | null; lastGoodMs: number | null; open: Gap | null };

export class Coverages {
  readonly #parts = new Map<PartName, Part>(
    partNames.map((name) => [name, { answered: 0, asked: 0, lastError: null, lastGoodMs: null, open: null }]),
  );
  readonly #polls: Poll[] = [];
  readonly #gaps: Gap[] = [];
  readonly #lostEvents = new Map<string, Gap>();

  snapshot(snapshot: Snapshot, intervalMs: number): void {
    const { polledAtMs } = snapshot;
    const before = this.#polls.at(-1)?.atMs;
    // The controller itself may have been held up: then nothing was asked at all.
    const unasked = before !== undefined && polledAtMs - before > 1.5 * intervalMs;
    const failed = failuresOf(snapshot);
    this.#polls.push({ atMs: polledAtMs, failed });
    for (const [name, part] of this.#parts) {
      const failure = failed.get(name);
      part.asked += 1;
      if (failure !== undefined) {
        part.lastError = failure;
        if (part.open === null) this.#open(name, part, part.lastGoodMs ?? polledAtMs, part.lastError);
        continue;
      }
      if (unasked && part.open === null) this.#open(name, part, before, "no poll was made");
      part.answered += 1;
      part.lastGoodMs = polledAtMs;
      if (part.open !== null) part.open.toMs = polledAtMs;
      part.open = null;
    }
  }

  watch(line: WatchLine): void {
    const open = this.#lostEvents.get(line.namespace);
    if (line.state === "lost" && open === undefined) {
      const reason = `namespace ${line.namespace}: ${line.error ?? "not received"}`;
      const gap: Gap = { part: "events", fromMs: line.atMs, toMs: null, reason };
      this.#lostEvents.set(line.namespace, gap);
      this.#gaps.push(gap);
    } else if (line.state === "listening" && open !== undefined) {
      open.toMs = line.atMs;
      this.#lostEvents.delete(line.namespace);
    }
  }

  /** When a part first failed to answer at all; null when it answered at least once. */
  neverAnswered(name: PartName): string | null {
    const part = this.#parts.get(name);
    if (part === undefined || part.asked === 0) return "no poll was made";
    return part.answered === 0 ? (part.lastError ?? "no answer") : null;
  }

  result(range: TimeRange, intervalMs: number): Coverage {
    const whole = Math.max(0, Math.floor((range.toMs - range.fromMs) / intervalMs));
    // The first poll comes at once, so that there may be one more than intervals.
    const during = this.#polls.filter(({ atMs }) => atMs >= range.fromMs - intervalMs && atMs <= range.toMs);
    const made = during.slice(0, whole);
    const part = Math.min(made.length, whole);
    const answers = made.reduce((sum, { failed }) => sum + partNames.length - failed.size, 0);
    const questions = whole * partNames.length;
    const source = "kubernetes api";
    return {
      source,
      intervalMs,
      polls: whole === 0 ? null : { part, whole, value: part / whole, source },
      answers: whole === 0 ? null : { part: answers, whole: questions, value: answers / questions, source },
      parts: [...this.#parts].map(([name, { answered, asked, lastError }]) => ({
        part: name,
        answered,
        asked,
        lastError,
      })),
      lacking: lackingOf(during, whole),
      gaps: this.#gaps.toSorted((a, b) => a.fromMs - b.fromMs),
    };
  }

  #open(name: PartName, part: Part, fromMs: number, reason: string): void {
    part.open = { part: name, fromMs, toMs: null, reason };
    this.#gaps.push(part.open);
  }
}

function failuresOf(snapshot: Snapshot): Map<PartName, string> {
  const failed = partNames.filter((name) => snapshot[name].items === null);
  return new Map(failed.map((name) => [name, snapshot[name].error?.text ?? "no answer"]));
}

/**
 * What was answered too seldom, in words, equal ones told once.
 * @param whole polls that the load should have had; the first comes at once, so that even the shortest load has one
 */
function lackingOf(during: readonly Poll[], whole: number): string[] {
  const due = Math.max(1, whole);
  const lacking = new Map<string, PartName[]>();
  for (const name of partNames) {
    const answered = Math.min(due, during.filter(({ failed }) => !failed.has(name)).length);
    // One may fall on either side of the load's edges.
    if (answered > 0 && answered + 1 >= leastAnswered * due) continue;
    const why = during.flatMap(({ failed }) => failed.get(name) ?? []).at(-1) ?? "the others were not made";
    const text = `${answered} of ${due} polls: ${why}`;
    lacking.set(text, [...(lacking.get(text) ?? []), name]);
  }
  return [...lacking].map(([text, names]) => {
    const what = names.length === partNames.length ? "" : ` for ${names.join(", ")}`;
    return `Kubernetes answered${what} only ${text}`;
  });
}
