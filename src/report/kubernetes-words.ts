/** What a cluster did during a run, in words that every kind of report uses. */
import type { Balance, Decision, HpaResult, KubernetesFigure, KubernetesResult } from "../metrics/kubernetes/result.ts";
import { formatUtc } from "./moment.ts";
import { formatBytes, formatCount, formatIn, formatMs, formatNumber, formatPercent } from "./quantity.ts";

/** Null: nothing is wrong. */
type Tone = "bad" | "warn" | null;

/** A state of a pod or a node that a reader should know of. `toMs` is null where no end was seen. */
export type Trouble = {
  readonly tone: Tone;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly where: string;
  readonly what: string;
};

export function placeText({ namespace, server, version }: KubernetesResult): string {
  return `Namespace ${namespace} at ${server ?? "an unknown server"}, ${version ?? "of unknown version"}.`;
}

/** What the figures are of. */
export function scopeText({ window }: KubernetesResult): string {
  const steady = window.kind === "steady" ? "the steady window" : "the whole load (there was no steady window)";
  return `Peaks and means are of ${steady}; what happened is of the whole run.`;
}

/** `10 → 17 (10 to 17)`: first and last, least and most. Null: its status never told. */
export function replicasText({ replicas }: HpaResult): string | null {
  const { first, last, least, most } = replicas;
  return first === null ? null : `${first} → ${last} (${least} to ${most})`;
}

/** What held it back, or left it without figures: conditions that differ from those of an HPA that just works. */
export function limitsOf({ conditions }: HpaResult): HpaResult["conditions"] {
  return conditions.filter(
    ({ type, status }) => (type === "ScalingActive") === (status === "False") && type !== "AbleToScale",
  );
}

/** An HPA at its minimum wants fewer pods than it has: nothing lacks. */
export function isHarmless({ reason }: HpaResult["conditions"][number]): boolean {
  return reason === "TooFewReplicas";
}

/** `10 → 14`. */
export function sizesText({ from, to }: Decision): string {
  return `${from ?? "?"} → ${to}`;
}

/** `75 % / 50 %`: peak and mean; null where there is none. */
export function peakAndMeanText({ peak, mean }: KubernetesFigure): string | null {
  return peak === null || mean === null ? null : `${formatPercent(peak)} / ${formatPercent(mean)}`;
}

/** How far the fullest is above the mean. */
export function ratioText({ ratio }: Balance): string {
  return ratio === null ? "all 0" : `${formatNumber(Math.round(ratio * 100) / 100)} ×`;
}

/** Why there is none: rooms and participants are known of scraped pods only. */
export const noBalance = {
  usage: "fewer than two pods with samples",
  gauges: "not scraped from two pods",
} as const;

/** What is left on the fullest node. */
export function nodeRoomText(resource: "cpu" | "memory", headroom: number): string {
  return resource === "cpu" ? formatIn(headroom, "cores") : formatBytes(headroom);
}

/** `29 of 30 polls, one every 10 s`; null where the load was shorter than one interval. */
export function pollsText({ polls, intervalMs }: KubernetesResult["coverage"]): string | null {
  if (polls === null) return null;
  return `${formatCount(polls.part)} of ${formatCount(polls.whole)} polls, one every ${formatMs(intervalMs)}`;
}

export const noPolls = "the load was shorter than one interval";

/** `2026-03-14T09:26:53Z to 2026-03-14T09:27:13Z`; `open` stands for an end that is not known. */
export function spanText(fromMs: number, toMs: number | null, open: string): string {
  return `${formatUtc(fromMs)}${toMs === null ? `, ${open}` : ` to ${formatUtc(toMs)}`}`;
}

export const noEndSeen = "no end seen";

/** In the order in which they began. */
export function troublesOf({ pods, nodes }: KubernetesResult): Trouble[] {
  const troubles: Trouble[] = [
    ...pods.ends.map(({ pod, atMs, reason, exitCode, container }): Trouble => {
      const why = `${reason || "no reason given"} (exit code ${exitCode})`;
      return { tone: "bad", fromMs: atMs, toMs: atMs, where: pod, what: `container ${container} ended: ${why}` };
    }),
    ...pods.pending.map(({ pod, reason, ...span }): Trouble => {
      return { tone: "warn", ...timesOf(span), where: pod, what: `Pending: ${reason ?? "no reason given"}` };
    }),
    ...pods.evicted.map(({ pod, reason, ...span }): Trouble => {
      return { tone: "bad", ...timesOf(span), where: pod, what: reason ?? "Evicted" };
    }),
    ...pods.terminating.map(({ pod, ...span }): Trouble => {
      return { tone: null, ...timesOf(span), where: pod, what: "Terminating" };
    }),
    ...nodes.troubles.map(({ node, what, ...span }): Trouble => ({ tone: "bad", ...timesOf(span), where: node, what })),
  ];
  return troubles.toSorted((a, b) => a.fromMs - b.fromMs);
}

function timesOf({ fromMs, toMs }: { fromMs: number; toMs: number | null }) {
  return { fromMs, toMs };
}
