/** Kubernetes' events as the result tells them: warnings, and what was scaled, restarted or moved. */
import type { TimeRange } from "../window.ts";
import type { EventLine } from "./lines.ts";
import type { KubernetesResult } from "./result.ts";

/** Normal ones that mean something for a load test. */
const notable: ReadonlySet<string> = new Set([
  "SuccessfulRescale",
  "ScalingReplicaSet",
  "Killing",
  "NodeNotReady",
  "NodeReady",
  "TaintManagerEviction",
  "Preempted",
]);
const maxEvents = 300;

export function eventsOf(lines: readonly EventLine[], range: TimeRange): KubernetesResult["events"] {
  // The last word about each.
  const latest = new Map(lines.map((line) => [line.uid, line]));
  return [...latest.values()]
    .filter((line) => line.type !== "Normal" || notable.has(line.reason))
    .map((line) => ({
      source: "kubernetes events" as const,
      atMs: line.lastAtMs ?? line.seenAtMs,
      type: line.type,
      reason: line.reason,
      object: `${line.object.kind} ${line.object.name}`,
      message: line.message,
      count: line.count,
    }))
    .filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs)
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(0, maxEvents);
}
