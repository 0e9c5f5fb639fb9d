/** The cluster during the run in few figures and lines, for the summaries. */
import type { Balance, ComponentResult, HpaResult, KubernetesResult } from "../metrics/kubernetes/result.ts";
import { plural } from "../plan/numbers.ts";
import type { Figure } from "./figures.ts";
import {
  isHarmless,
  limitsOf,
  noBalance,
  nodeRoomText,
  noEndSeen,
  noPolls,
  pollsText,
  ratioText,
  replicasText,
  sizesText,
  spanText,
  troublesOf,
} from "./kubernetes-words.ts";
import { formatUtc } from "./moment.ts";
import { formatCount, formatIn, formatMs, formatPercent, formatShare } from "./quantity.ts";

/** Always in the same order; what a cluster does not have, such as an HPA, has no figure. */
export function kubernetesFigures(kubernetes: KubernetesResult): Figure[] {
  return [
    ...kubernetes.hpas.flatMap((hpa) => [replicas(hpa), ...usages(hpa)]),
    ...pods(kubernetes),
    ...kubernetes.components.flatMap(podOfLimit),
    node(kubernetes, "cpu", "Fullest node, CPU"),
    node(kubernetes, "memory", "Fullest node, memory"),
    ...kubernetes.components.map(balance),
    coverage(kubernetes),
  ];
}

function replicas(hpa: HpaResult): Figure {
  const { name, min, max, headroom, source } = hpa;
  const limits = limitsOf(hpa).filter((condition) => !isHarmless(condition));
  const held = [...new Set(limits.map(({ meaning, reason }) => `${meaning} (${reason})`))];
  const reached = headroom === 0 ? ["its maximum was reached"] : [];
  return {
    label: `HPA ${name}, pods`,
    value: replicasText(hpa),
    detail: [`${min} to ${max} allowed`, ...reached, ...held].join("; "),
    source,
  };
}

function usages({ name, metrics }: HpaResult): Figure[] {
  return metrics.map(({ name: metric, unit, peak, mean, target, reason, source }) => {
    const label = `HPA ${name}, ${metric}`;
    const aim = target === null ? "target not measured" : `target ${formatIn(target, unit)}`;
    return peak === null || mean === null
      ? { label, value: null, detail: `${reason ?? "no figure"}; ${aim}`, source: null }
      : { label, value: `peak ${formatIn(peak, unit)}`, detail: `mean ${formatIn(mean, unit)}, ${aim}`, source };
  });
}

function pods({ pods: { seen, pending, restarts, oomKills, reason, source } }: KubernetesResult): Figure[] {
  const labels = ["Pods that were Pending", "Restarts, kills for memory"] as const;
  if (seen === null || restarts === null || oomKills === null) {
    return labels.map((label) => ({ label, value: null, detail: reason ?? "pods were not read", source: null }));
  }
  const detail = `of ${plural(seen, "pod")} seen, whole run`;
  const [waiting, ended] = labels;
  return [
    { label: waiting, value: formatCount(pending.length), detail, source },
    { label: ended, value: `${formatCount(restarts)}, ${formatCount(oomKills)}`, detail, source },
  ];
}

function node({ nodes }: KubernetesResult, resource: "cpu" | "memory", label: string): Figure {
  const { maxPercent, node: name, headroom, reason, source } = nodes[resource];
  if (maxPercent === null) return { label, value: null, detail: reason ?? "no sample", source: null };
  const left = headroom === null ? "" : `, ${nodeRoomText(resource, headroom)} left there`;
  const all = nodes.seen === null ? "" : ` of ${plural(nodes.seen, "node")}`;
  return { label, value: formatPercent(maxPercent), detail: `of allocatable, ${name}${all}${left}`, source };
}

/** Of servers, which are judged by it, and of others that have a limit. */
function podOfLimit({ component, cpuOfLimit }: ComponentResult): Figure[] {
  const label = `Fullest ${component} pod, CPU`;
  if (cpuOfLimit === null) return [];
  const { maxPercent, pod, limit, reason, source } = cpuOfLimit;
  if (maxPercent !== null && pod !== null && limit !== null) {
    return [
      { label, value: formatPercent(maxPercent), detail: `of its limit, ${formatIn(limit, "cores")}: ${pod}`, source },
    ];
  }
  return component === "server" ? [{ label, value: null, detail: reason ?? "no sample", source: null }] : [];
}

/** Of CPU first: it is what an SFU runs out of. */
function balance({ component, cpuBalance, memoryBalance, roomBalance, participantBalance }: ComponentResult): Figure {
  const about =
    cpuBalance === null
      ? [noBalance.usage]
      : [`fullest of ${formatCount(cpuBalance.pods)} pods / mean, ${cpuBalance.maxName}`];
  return {
    label: `Balance of ${component} pods, CPU`,
    value: cpuBalance === null ? null : ratioText(cpuBalance),
    detail: [
      ...about,
      part("memory", memoryBalance, noBalance.usage),
      ...(component === "server"
        ? [part("rooms", roomBalance, noBalance.gauges), part("participants", participantBalance, noBalance.gauges)]
        : []),
    ].join("; "),
    source: cpuBalance?.source ?? null,
  };
}

function part(name: string, balance: Balance | null, reason: string): string {
  return balance === null ? `${name} not measured (${reason})` : `${name} ${ratioText(balance)} (${balance.source})`;
}

function coverage({ coverage }: KubernetesResult): Figure {
  const { answers, gaps, source } = coverage;
  const label = "Kubernetes answers";
  const polls = pollsText(coverage);
  if (polls === null || answers === null) return { label, value: null, detail: noPolls, source: null };
  const lacking = gaps.length === 0 ? "no gap" : plural(gaps.length, "gap");
  return { label, value: formatShare(answers.value), detail: `${polls}; ${lacking}`, source };
}

export type KubernetesLines = { readonly title: string; readonly lines: readonly string[] };

/** What happened and what was not seen, one line each; parts without a line are left out. */
export function kubernetesLines(kubernetes: KubernetesResult): KubernetesLines[] {
  const { problems, hpas, coverage, notMeasured } = kubernetes;
  const parts = [
    { title: "Could not be read", lines: problems.map(({ text, hint }) => `${text} (${hint})`) },
    { title: "Scale decisions", lines: hpas.flatMap(decisions) },
    {
      title: "Pods and nodes",
      lines: troublesOf(kubernetes).map(({ fromMs, toMs, where, what }) => {
        const when = toMs === fromMs ? formatUtc(fromMs) : spanText(fromMs, toMs, noEndSeen);
        return `${when}, ${where}: ${what}`;
      }),
    },
    {
      title: "Not seen",
      lines: coverage.gaps.map(
        ({ part, fromMs, toMs, reason }) => `${spanText(fromMs, toMs, "to the end")}, ${part}: ${reason}`,
      ),
    },
    { title: "Not measured", lines: notMeasured },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

function decisions(hpa: HpaResult): string[] {
  return hpa.decisions.map((decision) => {
    const { atMs, sinceLoadStepMs, readyAfterMs, readyReason, source } = decision;
    const since =
      sinceLoadStepMs === null
        ? "time since a load step not measured"
        : `${formatMs(sinceLoadStepMs)} after the load step`;
    const ready =
      readyAfterMs === null
        ? `time to Ready not measured (${readyReason ?? "not seen"})`
        : `the last new pod Ready ${formatMs(readyAfterMs)} later`;
    return `${formatUtc(atMs)} ${hpa.name} ${sizesText(decision)}: ${since}, ${ready} (${source})`;
  });
}
