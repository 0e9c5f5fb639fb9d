/** When an HPA decided on another size, and how long that took to become pods that serve. */
import type { HpaPoll } from "./hpas.ts";
import type { EventLine } from "./lines.ts";
import type { Pods } from "./pods.ts";
import type { Decision } from "./result.ts";

/** Times in objects and events are whole seconds, cut off. */
const secondMs = 1000;
/** An event and the status' lastScaleTime of the same decision are this close. */
const sameDecisionMs = 3000;

type Raw = Pick<Decision, "atMs" | "source" | "to" | "why"> & { from: number | null };

export type DecisionInputs = {
  polls: readonly HpaPoll[];
  /** The HPA's own events, in any order. */
  events: readonly EventLine[];
  pods: Pods;
  /** When the load was changed, ascending. */
  loadStepsMs: readonly number[];
};

export function decisionsOf({ polls, events, pods, loadStepsMs }: DecisionInputs): Decision[] {
  const component = polls.at(-1)?.hpa.component ?? null;
  const raw = withOrigins([...fromEvents(events), ...fromStatus(polls)], polls);
  return raw.map((decision, index) => {
    const { from, to, atMs } = decision;
    const step = loadStepsMs.findLast((stepMs) => stepMs <= atMs + secondMs) ?? null;
    const nextMs = raw[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    const ready =
      component === null
        ? { atMs: null, reason: "the pods that it scales are not among those that were watched" }
        : readiness(pods.createdIn(component, atMs - secondMs, nextMs), { from, to });
    return Object.assign(decision, {
      loadStepAtMs: step,
      sinceLoadStepMs: step === null ? null : Math.max(0, atMs - step),
      readyAtMs: ready.atMs,
      readyAfterMs: ready.atMs === null ? null : Math.max(0, ready.atMs - atMs),
      readyReason: ready.reason,
    });
  });
}

function fromEvents(events: readonly EventLine[]): Raw[] {
  return events.flatMap((event) => {
    const found = /^New size: (\d+)(?:; reason: (.*))?/.exec(event.message);
    if (event.reason !== "SuccessfulRescale" || found === null || event.lastAtMs === null) return [];
    const [, size, why = ""] = found;
    return [{ atMs: event.lastAtMs, source: "kubernetes events" as const, from: null, to: Number(size), why }];
  });
}

/** Also seen where events are not: the status keeps the last change only, so that several between two polls are one. */
function fromStatus(polls: readonly HpaPoll[]): Raw[] {
  return polls.flatMap(({ hpa }, index) => {
    const before = polls[index - 1]?.hpa;
    const changed = before !== undefined && hpa.lastScaleAtMs !== null && hpa.lastScaleAtMs !== before.lastScaleAtMs;
    if (!changed || hpa.desiredReplicas === null) return [];
    const why = "seen in the HPA's status; the event was not";
    return [{ atMs: hpa.lastScaleAtMs!, source: "hpa status" as const, from: null, to: hpa.desiredReplicas, why }];
  });
}

/** In order, each once, with the size before it. */
function withOrigins(found: readonly Raw[], polls: readonly HpaPoll[]): Raw[] {
  const told = found.filter(({ source }) => source === "kubernetes events");
  const unique = found.filter(
    (decision) =>
      decision.source === "kubernetes events" ||
      !told.some(({ atMs }) => Math.abs(atMs - decision.atMs) <= sameDecisionMs),
  );
  const inOrder = unique.toSorted((a, b) => a.atMs - b.atMs);
  for (const [index, decision] of inOrder.entries()) {
    const lastPoll = polls.findLast(({ atMs }) => atMs < decision.atMs);
    const previous = inOrder[index - 1];
    // A poll between the two may have seen a change that no HPA made.
    decision.from =
      previous !== undefined && (lastPoll === undefined || lastPoll.atMs <= previous.atMs + secondMs)
        ? previous.to
        : (lastPoll?.hpa.currentReplicas ?? null);
  }
  return inOrder;
}

function readiness(
  created: readonly { readyAtMs: number | null }[],
  { from, to }: { from: number | null; to: number },
): { atMs: number | null; reason: string | null } {
  if (from === null) return { atMs: null, reason: "how many pods there were before is not known" };
  const wanted = to - from;
  if (wanted <= 0) return { atMs: null, reason: "no pods were added" };
  const ready = created.flatMap(({ readyAtMs }) => readyAtMs ?? []).toSorted((a, b) => a - b);
  const last = ready[wanted - 1];
  if (last !== undefined) return { atMs: last, reason: null };
  return { atMs: null, reason: `${ready.length} of ${wanted} new pods were seen Ready` };
}
