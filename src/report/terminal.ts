/** The summary at the end of a run: what a person at a terminal needs, within its width, with or without colour. */
import stringWidth from "string-width";
import type { Result, ThresholdResult } from "../metrics/result.ts";
import { placeText, sortedEvidence } from "./attribution-words.ts";
import { type Figure, keyFigures } from "./figures.ts";
import { headlineText } from "./headline.ts";
import { hostConcerns, hostsByConcern, usualFigures } from "./host-outliers.ts";
import { kubernetesFigures, kubernetesLines } from "./kubernetes-figures.ts";
import { placeText as clusterText, scopeText } from "./kubernetes-words.ts";
import { bareReason, percentileWords } from "./missing.ts";
import { probeDistributions, probeFacts } from "./probe-figures.ts";
import { formatCount, formatIn } from "./quantity.ts";
import { marginText, measuredText, targetText } from "./threshold-words.ts";
import { isTainted, usedHosts, validityChecks } from "./validity.ts";
import { visibleText } from "./visible-text.ts";
import { wrap } from "./wrap.ts";

export interface TerminalOptions {
  /** Width; lines are wrapped to it. */
  readonly columns: number;
  readonly color: boolean;
}

type Tone = "good" | "bad" | "doubtful" | "quiet" | "strong";
const codes: Record<Tone, string> = { good: "32", bad: "31", doubtful: "33", quiet: "2", strong: "1" };
const verdicts = {
  pass: ["PASS", "good"],
  fail: ["FAIL", "bad"],
  invalid: ["INVALID", "doubtful"],
} as const;
const shownReasons = 6;
const shownHosts = 5;
const shownErrors = 3;
const shownEvidence = 3;
const shownEvents = 5;

/** Several lines, the last with a line break. Colour never says what words do not. */
export function renderTerminal(result: Result, { columns, color }: TerminalOptions): string {
  const paint = (tone: Tone, text: string) => (color ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text);
  const width = Math.max(40, columns);
  const blocks = [
    headline(result, width, paint),
    reasons(result, width),
    thresholds(result, width, paint),
    figures(keyFigures(result), width, paint),
    probes(result, width),
    kubernetes(result, width, paint),
    unknowns(result, width),
    attribution(result, width),
    hosts(result, width),
    errors(result, width),
    result.warnings.flatMap((warning) => wrap(`warning: ${visibleText(warning)}`, width, "  ")),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

type Paint = (tone: Tone, text: string) => string;

function headline({ verdict }: Result, width: number, paint: Paint): string[] {
  const [word, tone] = verdicts[verdict.status];
  const [first = "", ...rest] = wrap(
    `${word}  ${visibleText(headlineText(verdict.headline))}`,
    width,
    " ".repeat(word.length + 2),
  );
  return [paint("strong", paint(tone, word)) + first.slice(word.length)].concat(rest);
}

function reasons({ verdict }: Result, width: number): string[] {
  if (verdict.reasons.length < 2) return [];
  const shown = verdict.reasons
    .slice(0, shownReasons)
    .flatMap(({ text }) => wrap(`- ${visibleText(text)}`, width, "  "));
  return more(shown, verdict.reasons.length - shownReasons, "reasons");
}

function thresholds(result: Result, width: number, paint: Paint): string[] {
  if (result.thresholds.length === 0) return ["No threshold was set: nothing was judged."];
  const isUnproven = isTainted(result);
  const rows = result.thresholds.map((threshold) => ({
    threshold,
    cells: [
      statusWord(threshold, isUnproven),
      visibleText(threshold.metric),
      targetText(threshold),
      measuredText(threshold),
    ],
    detail: detail(threshold),
  }));
  const widths = [0, 1, 2, 3].map((index) => Math.max(...rows.map(({ cells }) => stringWidth(cells[index] ?? ""))));
  return rows.flatMap(({ threshold, cells, detail }) => {
    const padded = cells.map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - stringWidth(cell)));
    const line = padded.join("  ");
    const tone =
      threshold.status === "not judged" || isUnproven ? "doubtful" : threshold.status === "passed" ? "good" : "bad";
    const painted = paint(tone, padded[0] ?? "") + line.slice((padded[0] ?? "").length);
    if (stringWidth(line.trimEnd()) > width) return wrap(`${cells.join("  ")}  ${detail}`, width, "  ");
    if (stringWidth(line) + 2 + stringWidth(detail) <= width) return [`${painted}  ${paint("quiet", detail)}`];
    return [painted.trimEnd()].concat(wrap(`  ${detail}`, width, "  ").map((rest) => paint("quiet", rest)));
  });
}

function statusWord({ status }: ThresholdResult, isUnproven: boolean): string {
  if (status === "not judged") return "NOT JUDGED";
  if (isUnproven) return status === "passed" ? "met, unproven" : "broken, unproven";
  return status;
}

function detail(threshold: ThresholdResult): string {
  const { source, n, reason } = threshold;
  const evidence = source === null ? "no source" : n === null ? source : `${source}, n = ${formatCount(n)}`;
  return `${visibleText(marginText(threshold) ?? bareReason(reason ?? "no figure"))} (${evidence})`;
}

function figures(list: readonly Figure[], width: number, paint: Paint): string[] {
  const all = list.map((figure) => ({ ...figure, label: visibleText(figure.label) }));
  const labelWidth = Math.max(...all.map(({ label }) => stringWidth(label)));
  const isNarrow = width < labelWidth + 30;
  return all.flatMap(({ label, value, detail, source }) => {
    const before = `${label}${" ".repeat(labelWidth - stringWidth(label))}  `;
    const about = source ? `${visibleText(detail)}; ${source}` : visibleText(detail);
    if (isNarrow) return wrap(`${label}: ${value ?? "not measured"}  (${about})`, width, "  ");
    const lines = wrap(`${before}${value ?? "not measured"}  (${about})`, width, " ".repeat(labelWidth + 2));
    return lines.map((line, index) => (index === 0 ? paint("quiet", before) + line.slice(before.length) : line));
  });
}

/** The medians and the tails of what a client feels, and what cannot be trusted about it. */
function probes({ probes }: Result, width: number): string[] {
  if (probes === null) return [];
  const doubt = probes.reason ?? (probes.distrust === null ? null : `not trusted: ${probes.distrust}`);
  const times = probeDistributions(probes).flatMap(({ name, distribution }) => {
    if (distribution === null) return [];
    const { unit, n, censored } = distribution;
    const at = (["p50", "p95", "p99"] as const).map((percentile) => {
      const value = distribution[percentile];
      return `${percentile} ${value === null ? percentileWords(distribution, percentile).text : formatIn(value, unit)}`;
    });
    return [`- ${name}: ${at.join(", ")} (n = ${formatCount(n + censored)})`];
  });
  const facts = probeFacts(probes).flatMap(({ label, value, detail }) =>
    value === null ? [] : [`- ${label}: ${value} (${visibleText(detail)})`],
  );
  const failed = probes.errors.map(
    ({ what, message, count }) => `- ${what} failed ${formatCount(count)} times: ${visibleText(message)}`,
  );
  const errors = more(failed.slice(0, shownErrors), failed.length - shownErrors, "kinds of failures");
  return [
    "Probes, real clients on this machine",
    ...(doubt === null ? [] : [doubt]),
    ...times,
    ...facts,
    ...errors,
  ].flatMap((line) => wrap(line, width, "  "));
}

function kubernetes({ kubernetes }: Result, width: number, paint: Paint): string[] {
  if (kubernetes === null) return [];
  const parts = kubernetesLines(kubernetes).flatMap(({ title, lines }) => {
    const shown = lines.slice(0, shownEvents).flatMap((line) => wrap(`- ${visibleText(line)}`, width, "  "));
    return [`${title}:`].concat(more(shown, lines.length - shownEvents, "of them"));
  });
  return [
    ...wrap(`Kubernetes: ${visibleText(clusterText(kubernetes))} ${scopeText(kubernetes)}`, width, "  "),
    ...figures(kubernetesFigures(kubernetes), width, paint),
    ...parts,
  ];
}

/** What is broken stands in the verdict's reasons already. */
function unknowns(result: Result, width: number): string[] {
  const unknown = validityChecks(result).filter(({ status }) => status === "unknown");
  if (unknown.length === 0) return [];
  return [
    "Could not be checked",
    ...unknown.flatMap(({ name, detail }) => wrap(`- ${name}: ${visibleText(detail)}`, width, "  ")),
  ];
}

function attribution({ attribution: { findings } }: Result, width: number): string[] {
  if (findings.length === 0) return [];
  const lines = findings.flatMap((finding) => {
    const evidence = sortedEvidence(finding)
      .filter(({ speaksFor }) => finding.place === "unknown" || speaksFor !== null)
      .slice(0, shownEvidence);
    return [
      ...wrap(`- ${visibleText(finding.text)}: ${placeText(finding)}`, width, "  "),
      ...evidence.flatMap(({ text }) => wrap(`    ${visibleText(text)}`, width, "    ")),
    ];
  });
  return ["Where was it lost?", ...lines];
}

function hosts(result: Result, width: number): string[] {
  const usual = usualFigures(usedHosts(result));
  const concerned = hostsByConcern(result.hosts, usual).flatMap((host) => {
    const concerns = hostConcerns(host, usual);
    return concerns.length > 0 ? [`${host.name}: ${concerns.join("; ")}`] : [];
  });
  if (concerned.length === 0) return [];
  const lines = concerned.slice(0, shownHosts).flatMap((text) => wrap(`- ${visibleText(text)}`, width, "  "));
  return ["Hosts to look at", ...more(lines, concerned.length - shownHosts, "hosts")];
}

function errors(result: Result, width: number): string[] {
  if (result.errors.length === 0) return [];
  const sorted = result.errors.toSorted((a, b) => b.count - a.count);
  const lines = sorted
    .slice(0, shownErrors)
    .flatMap(({ count, message, first }) =>
      wrap(`- ${formatCount(count)} × ${visibleText(message)} (${visibleText(first)})`, width, "  "),
    );
  return ["Errors", ...more(lines, sorted.length - shownErrors, "groups of errors")];
}

function more(lines: string[], count: number, what: string): string[] {
  return count > 0 ? [...lines, `  and ${formatCount(count)} more ${what}`] : lines;
}
