/** Each limit against what was measured. What was not judged stands apart and can't be taken for passed. */
import type { Result, ThresholdResult } from "../../metrics/result.ts";
import { bareReason } from "../missing.ts";
import { formatCount } from "../quantity.ts";
import { marginText, measuredText, statusText, targetText, windowText } from "../threshold-words.ts";
import { isTainted } from "../validity.ts";
import { bullet } from "./bullet.ts";
import { pill } from "./icon.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, type Row, table } from "./table.ts";

const columns = [
  { head: "Threshold", wraps: true },
  { head: "Status" },
  { head: "Target", numeric: true },
  { head: "Measured", numeric: true },
  { head: "Margin", wraps: true },
  { head: "Window" },
  { head: "Source", wraps: true },
];

export function thresholdSection(result: Result): Markup {
  const { thresholds } = result;
  const unjudged = thresholds.filter(({ status }) => status === "not judged").length;
  if (thresholds.length === 0) {
    return section(
      "thresholds",
      "Thresholds",
      null,
      html`<p class="note warn">No threshold was set: nothing was judged.</p>`,
    );
  }
  return section(
    "thresholds",
    "Thresholds",
    null,
    isTainted(result) &&
      html`<p class="note warn">
        <b>The measurement is not trustworthy.</b> The figures below are what was seen; they prove neither that a limit
        holds nor that it is broken.
      </p>`,
    table(
      "Thresholds, measured values and their sources",
      columns,
      thresholds.map((threshold) => row(threshold, result)),
      { isStackedOnPhones: true },
    ),
    unjudged > 0 &&
      html`<p class="note warn">
        <b>${unjudged} of ${thresholds.length} not judged.</b> A threshold without a figure is not passed: it says
        nothing about the target.
      </p>`,
  );
}

function row(threshold: ThresholdResult, result: Result): Row {
  const { status, metric, meaning, origin, measured, reason } = threshold;
  return {
    tone: status === "failed" ? "bad" : status === "not judged" ? "unjudged" : undefined,
    cells: [
      html`<b>${metric}</b> <span class="tag">${origin === "user" ? "set by you" : "default"}</span>
        <small>${meaning}</small>`,
      statusPill(threshold, isTainted(result)),
      targetText(threshold),
      measured === null && status !== "failed" ? notMeasured() : html`<b>${measuredText(threshold)}</b>`,
      html`${bullet(threshold, !isTainted(result))}${marginText(threshold) ?? html`<span class="missing">${reason ? bareReason(reason) : "no figure"}</span>`}`,
      windowText(threshold, result.phases),
      evidence(threshold),
    ],
  };
}

function evidence({ source, n }: ThresholdResult): Markup {
  if (source === null) return html`<span class="missing">no source</span>`;
  return html`${source}<br /><small>${n === null ? "n not known" : `n = ${formatCount(n)}`}</small>`;
}

function statusPill(threshold: ThresholdResult, isUnproven: boolean): Markup {
  const text = statusText(threshold);
  if (threshold.status === "not judged") return pill("none", text);
  if (isUnproven) return pill("warn", threshold.status === "passed" ? "met, unproven" : "broken, unproven");
  return pill(threshold.status === "passed" ? "ok" : "bad", text);
}
