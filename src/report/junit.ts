/** `junit.xml`: thresholds and validity checks as test cases, for CI systems. */
import type { Result, ThresholdResult } from "../metrics/result.ts";
import { bareReason } from "./missing.ts";
import { formatUtc } from "./moment.ts";
import { marginText, measuredText, statusText, targetText, windowText } from "./threshold-words.ts";
import { isTainted, validityChecks, type ValidityCheck } from "./validity.ts";
import { visibleText } from "./visible-text.ts";

type Outcome = "passed" | "failure" | "error" | "skipped";
interface TestCase {
  readonly name: string;
  readonly outcome: Outcome;
  readonly message: string;
}

/**
 * A broken threshold is a failure, a broken validity check an error. What was not judged or not measured is skipped,
 * with its reason: it never counts as passed. Neither does a threshold that seems to hold in a run that cannot be trusted.
 */
export function renderJunit(result: Result): string {
  const suites = [
    { name: "thresholds", cases: result.thresholds.map((threshold) => thresholdCase(threshold, result)) },
    { name: "validity", cases: validityChecks(result).map(validityCase) },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const name = `lkload ${result.name}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(name)}" ${counts(all)} time="${seconds(result)}">`,
    ...suites.map(({ name, cases }) => suite(name, cases, result)),
    "</testsuites>",
    "",
  ].join("\n");
}

function thresholdCase(threshold: ThresholdResult, result: Result): TestCase {
  const { metric, status, reason, source, n } = threshold;
  const name = `${metric} ${targetText(threshold)}`;
  if (status === "not judged") {
    return { name, outcome: "skipped", message: `${statusText(threshold)}: ${bareReason(reason ?? "no figure")}` };
  }
  const margin = marginText(threshold) ?? bareReason(reason ?? "no figure");
  const window = windowText(threshold, result.phases);
  const figure = `${measuredText(threshold)}, ${margin} (${window}, ${source ?? "no source"}, n = ${n ?? "not known"})`;
  if (isTainted(result)) {
    const seen = status === "passed" ? "met" : "broken";
    return {
      name,
      outcome: "skipped",
      message: `${seen}, but not proven, as the measurement cannot be trusted: ${figure}`,
    };
  }
  return { name, outcome: status === "failed" ? "failure" : "passed", message: figure };
}

const validityOutcomes = { held: "passed", broken: "error", unknown: "skipped" } as const;

function validityCase({ name, status, detail }: ValidityCheck): TestCase {
  return { name, outcome: validityOutcomes[status], message: detail };
}

function suite(name: string, cases: readonly TestCase[], result: Result): string {
  const { run, phases, livekit, verdict } = result;
  const stamp = formatUtc(phases.startAtMs ?? run.createdAtMs).replace("Z", "");
  const properties = [
    ["verdict", verdict.status],
    ["headline", verdict.headline],
    ["run", run.runId],
    ["livekit", livekit.url],
    ["lkload", run.lkloadVersion],
  ];
  return [
    `  <testsuite name="${escape(name)}" ${counts(cases)} time="${seconds(result)}" timestamp="${stamp}" hostname="${escape(run.runId)}">`,
    "    <properties>",
    ...properties.map(([key = "", value = ""]) => `      <property name="${key}" value="${escape(value)}"/>`),
    "    </properties>",
    ...cases.map((one) => testCase(name, one)),
    "  </testsuite>",
  ].join("\n");
}

function testCase(suiteName: string, { name, outcome, message }: TestCase): string {
  const inside = {
    passed: `<system-out>${escape(message)}</system-out>`,
    skipped: `<skipped message="${escape(message)}"/>`,
    failure: `<failure type="threshold" message="${escape(message)}">${escape(`${name}: ${message}`)}</failure>`,
    error: `<error type="invalid" message="${escape(message)}">${escape(`not so: ${name}. ${message}`)}</error>`,
  };
  return `    <testcase classname="lkload.${suiteName}" name="${escape(name)}" time="0">${inside[outcome]}</testcase>`;
}

function counts(cases: readonly TestCase[]): string {
  const of = (outcome: Outcome) => cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${of("failure")}" errors="${of("error")}" skipped="${of("skipped")}"`;
}

/** How long the load took; 0 where that is not known, as the format has no other way to say so. */
function seconds({ phases }: Result): string {
  const { startAtMs, endAtMs } = phases;
  return startAtMs === null || endAtMs === null ? "0" : ((endAtMs - startAtMs) / 1000).toFixed(3);
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** XML 1.0 has no way to write most control characters: they are shown as code points. */
function escape(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
