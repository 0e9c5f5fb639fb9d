/** What was most likely meant by a value or a name that is not allowed. */
import type { z } from "zod";
import { durationWords, parseDurationMs } from "./duration.ts";
import { settingNames, settingPaths } from "./known-settings.ts";
import { nearest } from "./nearest.ts";
import { parseThreshold, thresholdMetrics, usualLimit, type ThresholdMetric } from "./thresholds.ts";

type Issue = z.core.$ZodIssue;

/** The nearest value that is allowed, as it would be written. */
export function suggestValue(issue: Issue, path: readonly PropertyKey[], value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : undefined;
  if (text === undefined || text === "") return undefined;
  if (issue.message === durationWords) return suggestDuration(text);
  if (path[0] === "thresholds") return suggestLimit(String(path[1]), text);
  if (issue.code === "invalid_value" || issue.code === "invalid_union") {
    const word = nearest(text, allowedWords(issue));
    return word ?? (typeof value === "string" ? looksLikeNumber(text) : undefined);
  }
  if (issue.code === "invalid_type") {
    return issue.expected === "boolean" ? suggestBoolean(text) : looksLikeNumber(text);
  }
  if (issue.code !== "invalid_format") return undefined;
  if (issue.format === "url") return suggestUrl(path, text);
  return path.at(-1) === "name" ? suggestName(text) : undefined;
}

/** The nearest setting at the same place, else anywhere: `participants` is `load.participants`. */
export function suggestSetting(parent: readonly PropertyKey[], name: string): string | undefined {
  const here = nearest(name, settingNames(parent));
  if (here !== undefined) return here;
  const byName = Map.groupBy(settingPaths(), (path) => path.split(".").at(-1)!);
  const elsewhere = nearest(name, byName.keys());
  const paths = elsewhere === undefined ? [] : byName.get(elsewhere)!;
  return paths.length === 1 ? paths[0] : undefined;
}

function allowedWords(issue: Issue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" ? issue.errors.flat().flatMap(allowedWords) : [];
}

function looksLikeNumber(text: string): string | undefined {
  const bare = text.replaceAll(/[,_ '](?=\d{3}(?!\d))/g, "");
  const match = /^(\d+(?:\.\d+)?)(k?)$/i.exec(bare);
  if (!match) return undefined;
  return String(Number(match[1]) * (match[2] === "" ? 1 : 1000));
}

function suggestBoolean(text: string): string | undefined {
  if (/^(yes|y|on|1|enabled?)$/i.test(text)) return "true";
  if (/^(no|n|off|0|disabled?)$/i.test(text)) return "false";
  return nearest(text, ["true", "false"]);
}

const unitWords: readonly [RegExp, string][] = [
  [/^(ms|milli(second)?s?|msecs?)$/, "ms"],
  [/^(s|secs?|seconds?)$/, "s"],
  [/^(m|mins?|minutes?)$/, "m"],
  [/^(h|hrs?|hours?)$/, "h"],
];

function suggestDuration(text: string): string | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return `${text}s or ${text}m`;
  let fixed = "";
  for (const [, amount, word] of text.toLowerCase().matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]*)/g)) {
    const unit = unitWords.find(([shape]) => shape.test(word!))?.[1];
    if (unit === undefined) return undefined;
    fixed += `${amount!.replace(",", ".")}${unit}`;
  }
  return parseDurationMs(fixed) === undefined ? undefined : fixed;
}

function suggestLimit(metric: string, text: string): string | undefined {
  if (!Object.hasOwn(thresholdMetrics, metric)) return undefined;
  const known = metric as ThresholdMetric;
  const usualOp = usualLimit(known).split(" ")[0]!;
  const match = /^([<>=≤≥ ]*)(\d+(?:[.,]\d+)?)\s*(%|percent|ms|s)?$/i.exec(text);
  if (!match) return undefined;
  const op = match[1]!
    .replaceAll(" ", "")
    .replace("=<", "<=")
    .replace("=>", ">=")
    .replace("≤", "<=")
    .replace("≥", ">=");
  const operator = ["<", "<=", ">", ">="].includes(op) ? op : usualOp;
  const unit = (match[3] ?? thresholdMetrics[known].unit).toLowerCase().replace("percent", "%");
  const fixed = `${operator} ${match[2]!.replace(",", ".")}${unit}`;
  return parseThreshold(known, fixed) === undefined ? undefined : JSON.stringify(fixed);
}

function suggestUrl(path: readonly PropertyKey[], text: string): string | undefined {
  const scheme = path[0] === "livekit" && path[1] === "url" ? "wss" : "http";
  const bare = text.replace(/^([a-z]*:)?\/*/i, "");
  return /^[a-z0-9[][^\s@]*$/i.test(bare) ? `${scheme}://${bare}` : undefined;
}

function suggestName(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? undefined : name;
}
