/** The cluster during the run: what scaled and when, how full and how even, what went wrong, and what was not seen. */
import type { Balance, ComponentResult, KubernetesFigure, KubernetesResult } from "../../metrics/kubernetes/result.ts";
import {
  isHarmless,
  limitsOf,
  noBalance,
  nodeRoomText,
  noEndSeen,
  noPolls,
  peakAndMeanText,
  placeText,
  pollsText,
  ratioText,
  replicasText,
  scopeText,
  sizesText,
  troublesOf,
} from "../kubernetes-words.ts";
import { formatUtc } from "../moment.ts";
import { formatCount, formatIn, formatMs, formatNumber, formatPercent } from "../quantity.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table, type Row } from "./table.ts";

export function kubernetesSection(kubernetes: KubernetesResult): Markup {
  return section(
    "kubernetes",
    "Kubernetes",
    `${placeText(kubernetes)} ${scopeText(kubernetes)} Times of decisions, pods and nodes are by the cluster's clock.`,
    kubernetes.coverage.lacking.map((text) => html`<p class="note warn">${text}.</p>`),
    problems(kubernetes),
    scaling(kubernetes),
    decisions(kubernetes),
    components(kubernetes),
    nodes(kubernetes),
    troubles(kubernetes),
    gaps(kubernetes),
    html`<p>Not measured: ${kubernetes.notMeasured.join("; ")}.</p>`,
  );
}

function problems({ problems }: KubernetesResult): Content {
  if (problems.length === 0) return null;
  const rows = problems.map(({ text, hint }): Row => ({ tone: "warn", cells: [text, hint] }));
  return shown(
    "Could not be read",
    [
      { head: "What", grows: true },
      { head: "What to do", grows: true },
    ],
    rows,
  );
}

function scaling({ hpas }: KubernetesResult): Content {
  if (hpas.length === 0) return html`<p>No HPA was seen.</p>`;
  const rows = hpas.flatMap((hpa): Row[] => {
    const { name, min, max, metrics, headroom } = hpa;
    return metrics.map((metric) => {
      const unit = (value: number | null) => inUnit(value, metric.unit, metric.reason);
      const isAbove = metric.mean !== null && metric.target !== null && metric.mean > metric.target;
      return {
        tone: headroom === 0 && isAbove ? "warn" : undefined,
        cells: [
          name,
          metric.name,
          unit(metric.peak),
          unit(metric.mean),
          unit(metric.target),
          replicasText(hpa) ?? notMeasured(),
          `${min} to ${max}`,
          headroom === null ? notMeasured() : formatCount(headroom),
        ],
      };
    });
  });
  return shown(
    "HPAs (source: HPA status)",
    [
      { head: "HPA", wraps: true },
      { head: "Metric" },
      { head: "Peak", numeric: true },
      { head: "Mean", numeric: true },
      { head: "Target", numeric: true },
      { head: "Pods asked for", numeric: true },
      { head: "Limits", numeric: true },
      { head: "Left to its limit", numeric: true },
    ],
    rows,
  );
}

function decisions({ hpas }: KubernetesResult): Content {
  const rows = hpas.flatMap(({ name, decisions }) =>
    decisions.map((decision): Row => {
      const { atMs, why, sinceLoadStepMs, readyAfterMs, readyReason, source } = decision;
      return {
        cells: [
          formatUtc(atMs),
          name,
          sizesText(decision),
          sinceLoadStepMs === null ? notMeasured() : formatMs(sinceLoadStepMs),
          readyAfterMs === null ? notMeasured(readyReason ?? undefined) : formatMs(readyAfterMs),
          why,
          source,
        ],
      };
    }),
  );
  const limits = hpas.flatMap((hpa) =>
    limitsOf(hpa).map((condition): Row => {
      const { meaning, reason, fromMs, toMs, polls } = condition;
      return {
        tone: isHarmless(condition) ? undefined : "warn",
        cells: [hpa.name, html`${meaning} <small>(${reason})</small>`, formatUtc(fromMs), formatUtc(toMs), polls],
      };
    }),
  );
  return [
    rows.length === 0
      ? html`<p>No HPA changed a size during the run.</p>`
      : shown(
          "Scale decisions",
          [
            { head: "When" },
            { head: "HPA", wraps: true },
            { head: "Pods", numeric: true },
            { head: "After the load step", numeric: true },
            { head: "Until the last was Ready", wraps: true },
            { head: "Why", grows: true },
            { head: "Source", wraps: true },
          ],
          rows,
        ),
    limits.length === 0
      ? null
      : shown(
          "What limited HPAs",
          [
            { head: "HPA", wraps: true },
            { head: "State", grows: true },
            { head: "First seen" },
            { head: "Last seen" },
            { head: "Polls", numeric: true },
          ],
          limits,
        ),
  ];
}

function components({ components }: KubernetesResult): Content {
  if (components.length === 0) return html`<p>No pod of LiveKit was seen.</p>`;
  const rows = components.map(
    ({ component, ready, cpu, cpuOfLimit, memory, cpuBalance, memoryBalance, ...gauges }): Row => ({
      cells: [
        component,
        ready.most === null ? notMeasured() : `${ready.least} to ${ready.most}`,
        peakAndMean(cpu),
        fullestPod(cpuOfLimit),
        peakAndMean(memory),
        balance(cpuBalance, noBalance.usage),
        balance(memoryBalance, noBalance.usage),
        balance(gauges.roomBalance, noBalance.gauges),
        balance(gauges.participantBalance, noBalance.gauges),
      ],
    }),
  );
  return shown(
    "Pods: use of what they request (source: metrics-server), and how evenly (rooms: the servers' gauges; participants: of the run's rooms)",
    [
      { head: "Pods of" },
      { head: "Ready", numeric: true },
      { head: "CPU, peak / mean", numeric: true },
      { head: "CPU: fullest pod of its limit", wraps: true },
      { head: "Memory, peak / mean", numeric: true },
      { head: "CPU: fullest / mean, Gini", wraps: true },
      { head: "Memory: fullest / mean, Gini", wraps: true },
      { head: "Rooms: most / mean, Gini", wraps: true },
      { head: "Participants: most / mean, Gini", wraps: true },
    ],
    rows,
  );
}

function fullestPod(use: ComponentResult["cpuOfLimit"]): Content {
  if (use?.maxPercent == null || use.limit === null) return notMeasured(use?.reason ?? undefined);
  return `${formatPercent(use.maxPercent)} of ${formatIn(use.limit, "cores")} (${use.pod})`;
}

function nodes({ nodes }: KubernetesResult): Content {
  const rows = (["cpu", "memory"] as const).map((resource): Row => {
    const { maxPercent, node, atMs, headroom, reason } = nodes[resource];
    return {
      cells: [
        resource === "cpu" ? "CPU" : "Memory",
        maxPercent === null ? notMeasured(reason ?? undefined) : formatPercent(maxPercent),
        node === null ? "–" : html`<code>${node}</code>`,
        atMs === null ? "–" : formatUtc(atMs),
        headroom === null ? notMeasured() : nodeRoomText(resource, headroom),
      ],
    };
  });
  return shown(
    `Fullest of ${nodes.seen === null ? "the nodes, of which none was seen" : `${nodes.seen} nodes`} (source: metrics-server, of allocatable)`,
    [
      { head: "Resource" },
      { head: "Highest", numeric: true },
      { head: "Node" },
      { head: "When" },
      { head: "Left there", numeric: true },
    ],
    rows,
  );
}

function troubles(kubernetes: KubernetesResult): Content {
  const { pods } = kubernetes;
  const counts =
    pods.restarts === null
      ? html`<p>Restarts and kills: ${notMeasured(pods.reason ?? undefined)}.</p>`
      : html`<p>
          Pods seen: ${formatCount(pods.seen ?? 0)}. Restarts: ${formatCount(pods.restarts)}. Kills for memory:
          ${formatCount(pods.oomKills ?? 0)}.
        </p>`;
  const rows = troublesOf(kubernetes).map(({ tone, fromMs, toMs, where, what }): Row => ({
    tone: tone ?? undefined,
    cells: [formatUtc(fromMs), toMs === null ? noEndSeen : formatUtc(toMs), where, what],
  }));
  if (rows.length === 0) return counts;
  const columns = [{ head: "From" }, { head: "To" }, { head: "Where", wraps: true }, { head: "What", grows: true }];
  return [counts, shown("Pods and nodes (source: Kubernetes API)", columns, rows)];
}

function gaps({ coverage }: KubernetesResult): Content {
  const { answers } = coverage;
  const polls = pollsText(coverage);
  const asked =
    polls === null
      ? html`<p>Polls: ${notMeasured(noPolls)}.</p>`
      : html`<p>
          ${polls}; ${answers === null ? "" : `${formatPercent(answers.value * 100)} of what they ask was answered.`}
        </p>`;
  if (coverage.gaps.length === 0) return asked;
  const rows = coverage.gaps.map(({ part, fromMs, toMs, reason }): Row => ({
    tone: "warn",
    cells: [part, formatUtc(fromMs), toMs === null ? "the end" : formatUtc(toMs), reason],
  }));
  const columns = [{ head: "What" }, { head: "From" }, { head: "To" }, { head: "Why", grows: true }];
  return [asked, shown("Not seen", columns, rows)];
}

function peakAndMean(figure: KubernetesFigure): Content {
  return peakAndMeanText(figure) ?? notMeasured(figure.reason ?? undefined);
}

function balance(balance: Balance | null, reason: string): Content {
  if (balance === null) return notMeasured(reason);
  if (balance.ratio === null) return ratioText(balance);
  return html`${ratioText(balance)}, ${formatNumber(Math.round((balance.gini ?? 0) * 1000) / 1000)}
    <small><code>${balance.maxName}</code></small>`;
}

function inUnit(value: number | null, unit: KubernetesFigure["unit"], reason: string | null): Content {
  return value === null ? notMeasured(reason ?? undefined) : formatIn(value, unit);
}

function shown(caption: string, columns: Parameters<typeof table>[1], rows: readonly Row[]): Markup {
  return table(caption, columns, rows, { isCaptionShown: true });
}
