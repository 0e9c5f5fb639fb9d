/**
 * One verdict of all findings: fail if a threshold is broken, invalid if the measurement cannot be trusted, pass
 * otherwise.
 *
 * When both hold, it depends on what cannot be trusted. A saturated generator, one that drops packets, a lost host, an
 * unknown clock, too little coverage or an interrupted load taint every figure: a limit that such a measurement breaks
 * says nothing about the target, so the run is invalid. A missing source or steady window only leaves figures out:
 * it cannot mend a limit that another, trustworthy figure broke, so the run fails. All reasons are listed either way.
 */
import type { Reason, Result, ThresholdResult } from "./result.ts";

export const tainting: ReadonlySet<Reason["kind"]> = new Set<Reason["kind"]>([
  "interrupted",
  "saturated",
  "udp-drops",
  "lost-host",
  "coverage",
  "clock",
  "no-load",
]);

const gravity: readonly Reason["kind"][] = [
  "interrupted",
  "no-load",
  "lost-host",
  "saturated",
  "udp-drops",
  "clock",
  "coverage",
  "no-steady-window",
  "no-source",
  "threshold",
];

/** @param findings what speaks against the measurement; broken thresholds and missing sources are added here */
export function verdictOf(thresholds: readonly ThresholdResult[], findings: readonly Reason[]): Result["verdict"] {
  const broken = thresholds
    .filter(({ status }) => status === "failed")
    // What ended the load comes first: the others were judged on what was left of it.
    .toSorted((a, b) => Number(b.sliding?.aborted ?? false) - Number(a.sliding?.aborted ?? false))
    .map(brokenReason);
  const missing = thresholds
    .filter(({ status, origin }) => status === "not judged" && origin === "user")
    .map(({ metric, reason }): Reason => ({
      kind: "no-source",
      text: `the threshold on ${metric} could not be judged: ${reason}`,
      host: null,
    }));
  // The gravest first: what leaves no measurement at all (and why), then what taints one, then what leaves figures out.
  const rank = ({ kind }: Reason) => gravity.indexOf(kind);
  const doubts = [...findings, ...missing].toSorted((a, b) => rank(a) - rank(b));
  const judged = thresholds.some(({ status }) => status !== "not judged");
  if (thresholds.length > 0 && !judged && doubts.length === 0) {
    doubts.push({ kind: "no-source", text: "none of the thresholds could be judged", host: null });
  }
  const tainted = doubts.some(({ kind }) => tainting.has(kind));
  if (broken.length > 0 && !tainted) {
    return { status: "fail", headline: headline("Failed", [...broken, ...doubts]), reasons: [...broken, ...doubts] };
  }
  if (doubts.length > 0) {
    return {
      status: "invalid",
      headline: headline("Invalid", [...doubts, ...broken]),
      reasons: [...doubts, ...broken],
    };
  }
  return { status: "pass", headline: passHeadline(thresholds), reasons: [] };
}

function brokenReason(threshold: ThresholdResult): Reason {
  const { metric, measured, unit, op, target, reason, sliding } = threshold;
  const figure = measured === null ? (reason ?? "not known") : `${shown(measured, target)} ${unit}`;
  const within = sliding === null ? "" : ` over ${Math.round(sliding.forMs / 1000)} s`;
  const ended = sliding?.aborted === true ? "; it ended the load" : "";
  return {
    kind: "threshold",
    text: `${metric} is ${figure}${within}, the limit is ${op} ${shown(target)} ${unit}${ended}`,
    host: null,
  };
}

function headline(status: "Failed" | "Invalid", reasons: readonly Reason[]): string {
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : "";
  return `${status}: ${reasons[0]?.text ?? ""}${more}.`;
}

function passHeadline(thresholds: readonly ThresholdResult[]): string {
  const passed = thresholds.filter(({ status }) => status === "passed").length;
  const open = thresholds.filter(({ status }) => status === "not judged").map(({ metric }) => metric);
  const judged =
    thresholds.length === 0 ? "no thresholds were set" : `${passed} of ${thresholds.length} thresholds held`;
  return `Passed: ${judged}${open.length === 0 ? "" : `; not judged: ${open.join(", ")}`}.`;
}

/** Three decimals, or all of them where a figure would be rounded onto its limit. */
function shown(value: number, limit?: number): string {
  const rounded = Math.round(value * 1000) / 1000;
  return String(rounded === limit ? value : rounded);
}
