/** A summary for a CI job's page or a chat: verdict, thresholds, the few numbers, what to look at. */
import type { Distribution, Result, Teardown } from "../metrics/result.ts";
import { placeText, sortedEvidence } from "./attribution-words.ts";
import { type Figure, keyFigures } from "./figures.ts";
import { headlineText } from "./headline.ts";
import { bootHeads, bootRows } from "./boot-rows.ts";
import { hostConcerns, hostsByConcern, usualFigures } from "./host-outliers.ts";
import { kubernetesFigures, kubernetesLines } from "./kubernetes-figures.ts";
import { placeText as clusterText, scopeText } from "./kubernetes-words.ts";
import { bareReason, percentileWords } from "./missing.ts";
import { formatUtc } from "./moment.ts";
import { probeDistributions, probeFacts, probeSentence } from "./probe-figures.ts";
import { formatCount, formatIn } from "./quantity.ts";
import { marginText, measuredText, statusText, targetText, windowText } from "./threshold-words.ts";
import { isTainted, usedHosts, validityChecks } from "./validity.ts";
import { visibleText } from "./visible-text.ts";

const words = { pass: "✅ PASS", fail: "❌ FAIL", invalid: "⚠️ INVALID" } as const;
const signs = { passed: "✅", failed: "❌", "not judged": "⚪" } as const;
const shownHosts = 10;
const shownErrors = 10;
const shownEvents = 10;

/** `report.md`, GitHub-flavoured. Ends with a line break. */
export function renderMarkdown(result: Result, teardown: Teardown | null): string {
  const { verdict, totals, livekit, run } = result;
  const blocks = [
    `# ${words[verdict.status]}: ${escape(result.name)}`,
    escape(headlineText(verdict.headline)),
    `${escape(totals.product)} against ${escape(livekit.url)}, ${formatUtc(result.phases.startAtMs ?? run.createdAtMs)}, run ${escape(run.runId)}`,
    list(verdict.reasons.map(({ text }) => text)),
    "## Thresholds",
    thresholds(result),
    "## Key figures",
    figures(keyFigures(result)),
    ...probes(result),
    ...kubernetes(result),
    "## Can I trust this?",
    checks(result),
    ...attribution(result),
    ...hosts(result),
    ...vms(result),
    ...errors(result),
    ...(result.warnings.length > 0 ? ["## Warnings", list(result.warnings)] : []),
    "## Teardown",
    teardownText(teardown),
    "lk is not a browser: it decodes nothing. Its own loss column counts sample-builder drops; nothing here is judged on it.",
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Text that stays text: no markup, no mention, no link, no line of its own. */
function escape(text: string): string {
  return visibleText(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_[\]#|~>]/g, "\\$&")
    .replace(/(?<!\w)@/g, "@\u2060")
    .replace(/^(\s*)([-+=])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, "$1\\$2");
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${escape(item)}`).join("\n");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function thresholds(result: Result): string {
  if (result.thresholds.length === 0) return "No threshold was set: nothing was judged.";
  const note = isTainted(result)
    ? "The measurement is not trustworthy: these figures prove neither that a limit holds nor that it is broken.\n\n"
    : "";
  const rows = result.thresholds.map((threshold) => [
    escape(threshold.metric),
    isTainted(result) && threshold.status !== "not judged"
      ? `⚠️ ${threshold.status === "passed" ? "met" : "broken"}, unproven`
      : `${signs[threshold.status]} ${statusText(threshold)}`,
    targetText(threshold),
    measuredText(threshold),
    escape(marginText(threshold) ?? bareReason(threshold.reason ?? "no figure")),
    windowText(threshold, result.phases),
    threshold.source ?? "no source",
    threshold.n === null ? "–" : formatCount(threshold.n),
  ]);
  return note + table(["Threshold", "Status", "Target", "Measured", "Margin", "Window", "Source", "n"], rows);
}

function figures(list: readonly Figure[]): string {
  const rows = list.map(({ label, value, detail, source }) => [
    escape(label),
    value === null ? "*not measured*" : `**${escape(value)}**`,
    escape(detail),
    source ?? "–",
  ]);
  return table(["Figure", "Value", "Detail", "Source"], rows);
}

function probes({ probes }: Result): string[] {
  if (probes === null) return [];
  const trust =
    probes.reason !== null
      ? `⚪ Not measured: ${escape(probes.reason)}.`
      : probes.distrust === null
        ? ""
        : `⚠️ Not trusted: ${escape(probes.distrust)}.`;
  const times = probeDistributions(probes).map(({ name, distribution, reason }) =>
    distribution === null
      ? [escape(name), "–", "–", "–", "–", `*not measured* (${escape(reason)})`]
      : [
          escape(name),
          formatCount(distribution.n + distribution.censored),
          percentileText(distribution, "p50"),
          percentileText(distribution, "p95"),
          percentileText(distribution, "p99"),
          distribution.source,
        ],
  );
  const failed = probes.errors.map(({ what, message, count }) => `${what}, ${count} times: ${message}`);
  return [
    "## Probes: what a client feels",
    escape(probeSentence(probes)),
    trust,
    table(["Time", "n", "p50", "p95", "p99", "Source"], times),
    figures(probeFacts(probes)),
    list(failed.slice(0, shownErrors)),
  ];
}

function kubernetes({ kubernetes }: Result): string[] {
  if (kubernetes === null) return [];
  const parts = kubernetesLines(kubernetes).flatMap(({ title, lines }) => {
    const more = lines.length - shownEvents;
    const rest = more > 0 ? `\n\nand ${formatCount(more)} more` : "";
    return [`${title}:`, list(lines.slice(0, shownEvents)) + rest];
  });
  return [
    "## Kubernetes",
    escape(`${clusterText(kubernetes)} ${scopeText(kubernetes)}`),
    figures(kubernetesFigures(kubernetes)),
    ...parts,
  ];
}

function percentileText(distribution: Distribution, at: "p50" | "p95" | "p99"): string {
  const value = distribution[at];
  if (value !== null) return formatIn(value, distribution.unit);
  const { text, reason } = percentileWords(distribution, at);
  return `*${text}* (${escape(reason)})`;
}

function checks(result: Result): string {
  const marks = { held: "✅ holds", broken: "❌ broken", unknown: "⚪ not measured" } as const;
  const rows = validityChecks(result).map(({ name, status, detail }) => [escape(name), marks[status], escape(detail)]);
  return table(["Check", "Outcome", "What was seen"], rows);
}

function attribution({ attribution: { findings } }: Result): string[] {
  if (findings.length === 0) return [];
  const told = findings.map((finding) => {
    const evidence = sortedEvidence(finding).map(({ text, source }) => `  - ${escape(text)} (${source})`);
    return [`- **${escape(finding.text)}**: ${placeText(finding)}`, ...evidence].join("\n");
  });
  return ["## Where was it lost?", told.join("\n")];
}

function hosts(result: Result): string[] {
  const usual = usualFigures(usedHosts(result));
  const concerned = hostsByConcern(result.hosts, usual).flatMap((host) => {
    const concerns = hostConcerns(host, usual);
    return concerns.length > 0 ? [[escape(host.name), host.status, escape(concerns.join("; "))]] : [];
  });
  if (concerned.length === 0) return [];
  const more = concerned.length - shownHosts;
  const rest = more > 0 ? `\n\nand ${formatCount(more)} more` : "";
  return ["## Hosts to look at", table(["Host", "Status", "Why"], concerned.slice(0, shownHosts)) + rest];
}

function vms(result: Result): string[] {
  const rows = bootRows(result);
  if (rows.length === 0) return [];
  const shown = rows
    .slice(0, shownHosts)
    .map(({ host, vm, times }) => [escape(host), escape(vm)].concat(times.map((time) => time ?? "*not reached*")));
  const more = rows.length - shownHosts;
  return ["## VMs", table(bootHeads, shown) + (more > 0 ? `\n\nand ${formatCount(more)} more` : "")];
}

function errors(result: Result): string[] {
  if (result.errors.length === 0) return [];
  const rows = result.errors
    .toSorted((a, b) => b.count - a.count)
    .slice(0, shownErrors)
    .map(({ kind, count, message, first }) => [kind, formatCount(count), escape(message), escape(first)]);
  const more = result.errors.length - shownErrors;
  const rest = more > 0 ? `\n\nand ${formatCount(more)} more groups` : "";
  return ["## Errors", table(["Kind", "Count", "Message", "First seen in"], rows) + rest];
}

function teardownText(teardown: Teardown | null): string {
  if (!teardown) return "No proof yet: this was written before anything was removed, or the run was kept.";
  const made = teardown.items.reduce((sum, item) => sum + item.made, 0);
  const removed = teardown.items.reduce((sum, item) => sum + item.removed, 0);
  const counts = `${formatCount(made)} made or changed, ${formatCount(removed)} removed or restored.`;
  if (teardown.complete && teardown.leftovers.length === 0) return `Nothing is left behind: ${counts}`;
  return `**Incomplete:** ${counts}\n\n${list(teardown.leftovers)}`.trimEnd();
}
