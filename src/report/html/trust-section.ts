/** "Can I trust this?": the checks behind valid or invalid, and what each host's cores did over time. */
import type { Result } from "../../metrics/result.ts";
import { formatCount, formatMs } from "../quantity.ts";
import { shareText, usedHosts, validityChecks, type ValidityCheck } from "../validity.ts";
import { heatStrips } from "./heat-strip.ts";
import { pill } from "./icon.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

const pills = {
  held: () => pill("ok", "holds"),
  broken: () => pill("bad", "broken"),
  unknown: () => pill("none", "not measured"),
} as const;

export function trustSection(result: Result): Markup {
  const checks = validityChecks(result);
  return section(
    "trust",
    "Can I trust this?",
    trustSentence(checks, result.verdict.status === "invalid"),
    table(
      "Validity checks",
      [{ head: "Check" }, { head: "Outcome" }, { head: "What was seen", grows: true }],
      checks.map(({ name, status, detail }) => ({
        tone: status === "broken" ? "bad" : status === "unknown" ? "unjudged" : undefined,
        cells: [sentence(name), pills[status](), detail],
      })),
      { isStackedOnPhones: true },
    ),
    coverageList(result),
    heatStrips(result),
  );
}

function trustSentence(checks: readonly ValidityCheck[], isInvalid: boolean): string {
  const broken = checks.filter(({ status }) => status === "broken").length;
  const unknown = checks.filter(({ status }) => status === "unknown").length;
  if (isInvalid) return `No: ${broken} of ${checks.length} checks are broken.`;
  if (broken > 0)
    return `Only in part: ${broken} of ${checks.length} checks are broken, but none that taints the other figures.`;
  if (unknown > 0) return `Only in part: ${unknown} of ${checks.length} checks could not be measured everywhere.`;
  return `Yes: all ${checks.length} checks hold.`;
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function coverageList(result: Result): Markup {
  const { coverage, start, totals } = result;
  const hosts = usedHosts(result);
  const retries = hosts.reduce((sum, host) => sum + host.retries, 0);
  const drift = hosts.flatMap(({ clockBefore, clockAfter }) =>
    clockBefore && clockAfter ? [Math.abs(clockAfter.offsetMs - clockBefore.offsetMs)] : [],
  );
  const facts: [string, Markup | string][] = [
    ["Start skew", skew(start, totals.hosts.intended)],
    [
      "Clock change during the load",
      drift.length === 0
        ? notMeasured()
        : `at most ${formatMs(Math.max(...drift))} on ${formatCount(drift.length)} ${drift.length === 1 ? "host" : "hosts"}`,
    ],
    ["Retried starts", formatCount(retries)],
    ["Hosts finished", `${formatCount(totals.hosts.finished)} of ${formatCount(totals.hosts.intended)}`],
    ["Hosts heard to their end", shareText("", coverage.hosts).trim()],
    ["Room polls answered", coverage.roomPolls ? shareText("", coverage.roomPolls).trim() : notMeasured()],
    [
      "Server saw the participants",
      coverage.serverParticipants ? shareText("", coverage.serverParticipants).trim() : notMeasured(),
    ],
  ];
  return html`<dl class="pairs">
    ${facts.map(
      ([term, fact]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${fact}</dd>
        </div>`,
    )}
  </dl>`;
}

function skew({ skewMs, skewErrorMs }: Result["start"], hosts: number): Markup | string {
  if (skewMs === null) return notMeasured(hosts < 2 ? "one host" : "too few started hosts");
  return `${formatMs(skewMs)} (${skewErrorMs === null ? "clock error not measured" : `± ${formatMs(skewErrorMs)}`})`;
}
