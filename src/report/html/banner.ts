/** What a reader must see first: the verdict, why, and what was run. */
import type { Result } from "../../metrics/result.ts";
import { headlineText } from "../headline.ts";
import { formatUtc } from "../moment.ts";
import { formatMs } from "../quantity.ts";
import { icon, pill } from "./icon.ts";
import { type Content, html, type Markup } from "./markup.ts";

const looks = {
  pass: { word: "PASS", sign: "ok" },
  fail: { word: "FAIL", sign: "bad" },
  invalid: { word: "INVALID", sign: "warn" },
} as const;

const shownReasons = 6;

export function banner(result: Result): Markup {
  const { status, headline, reasons } = result.verdict;
  const { word, sign } = looks[status];
  return html`<header class="banner ${status}">
    <div class="page">
      <p class="kicker">lkload report · <b>${result.name}</b></p>
      <div class="verdict">
        <h1><span class="seal">${icon(sign)}</span><span>${word}</span></h1>
        <p class="headline">${headlineText(headline)}</p>
      </div>
      ${unjudged(result)}
      ${reasonList(reasons.map(({ text }) => text).filter((text) => !headline.includes(text) || reasons.length > 1))}
      <dl class="facts">
        ${runFacts(result).map(
          ([term, fact]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${fact}</dd>
            </div>`,
        )}
      </dl>
    </div>
  </header>`;
}

/** A pass that rests on fewer thresholds than were set must not look like a full one. */
function unjudged({ thresholds }: Result): Markup | null {
  const metrics = thresholds.filter(({ status }) => status === "not judged").map(({ metric }) => metric);
  if (metrics.length === 0) return null;
  return html`<p class="unjudged">
    ${pill("none", `${metrics.length} of ${thresholds.length} thresholds not judged`)} ${metrics.join(", ")}
  </p>`;
}

function reasonList(reasons: readonly string[]): Markup | null {
  if (reasons.length === 0) return null;
  const rest = reasons.slice(shownReasons);
  const list = (texts: readonly string[]) =>
    html`<ul class="reasons">
      ${texts.map((text) => html`<li>${text}</li>`)}
    </ul>`;
  return html`${list(reasons.slice(0, shownReasons))}
  ${
    rest.length > 0
      ? html`<details>
          <summary>${rest.length} more reasons</summary>
          ${list(rest)}
        </details>`
      : null
  }`;
}

function runFacts(result: Result): [string, Content][] {
  const { phases, totals, run, livekit } = result;
  const started = phases.startAtMs ?? run.createdAtMs;
  return [
    ["Load", totals.product],
    ["Target", html`<code>${livekit.url}</code>`],
    ["Scenario", result.scenario ?? "none, own counts"],
    [phases.startAtMs === null ? "Created" : "Started", formatUtc(started)],
    [
      "Load time",
      phases.startAtMs !== null && phases.endAtMs !== null
        ? formatMs(phases.endAtMs - phases.startAtMs)
        : "not measured",
    ],
    ["Run", html`<code>${run.runId}</code>`],
  ];
}
