import type { EventLine } from "../../metrics/kubernetes/lines.ts";
import { timeMs, type ApiEvent } from "./api-types.ts";

/** What the analysis and its readers care about; others may fill a busy namespace. */
const kinds: ReadonlySet<string> = new Set(["HorizontalPodAutoscaler", "Deployment", "ReplicaSet", "Pod", "Node"]);

/** Undefined for events about other things. */
export function trimEvent(event: ApiEvent, seenAtMs: number): EventLine | undefined {
  const kind = event.involvedObject?.kind ?? "";
  if (!kinds.has(kind)) return undefined;
  // Three generations of the API: lastTimestamp with a count, eventTime alone, eventTime with a series.
  const firstAtMs = timeMs(event.firstTimestamp) ?? timeMs(event.eventTime);
  const lastAtMs = timeMs(event.series?.lastObservedTime) ?? timeMs(event.lastTimestamp) ?? firstAtMs;
  return {
    schema: "lkload/kubernetes",
    version: 1,
    kind: "event",
    seenAtMs,
    uid: event.metadata?.uid ?? "",
    type: event.type ?? "",
    reason: event.reason ?? "",
    message: (event.message ?? "").slice(0, 500),
    object: { kind, name: event.involvedObject?.name ?? "" },
    count: event.series?.count ?? event.count ?? 1,
    firstAtMs,
    lastAtMs,
  };
}
