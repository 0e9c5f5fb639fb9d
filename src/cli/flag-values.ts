/** Options as typed → flags that override the configuration, and what is wrong with them. Pure. */
import { nearest } from "../config/nearest.ts";
import type { FlagValue, FlagValues } from "../config/flags.ts";
import type { ConfigProblem } from "../config/problem.ts";
import { maskUrl } from "../config/show-value.ts";
import type { OptionDefinition } from "./options.ts";

/** One option as it stood on the command line; null where its value is missing, undefined where it takes none. */
export type GivenOption = { option: OptionDefinition; value: string | null | undefined };

export type ReadOptions = { options: Record<string, unknown>; flags: FlagValues };

export function readOptions(given: readonly GivenOption[]): ReadOptions {
  const options: Record<string, unknown> = {};
  const values: FlagValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [option, all] of Map.groupBy(given, (one) => one.option)) {
    const problem = problemWith(option, all);
    if (problem !== undefined) {
      problems.push(problem);
      continue;
    }
    const texts = all.map(({ value }) => value).filter((value) => typeof value === "string");
    if (option.sets === undefined) options[camelCase(option.name)] = option.value === undefined ? true : texts[0];
    else {
      const read = readFlag(option, option.sets, texts);
      values.push(...read.values);
      problems.push(...read.problems);
    }
  }
  return { options, flags: { values, problems } };
}

function problemWith(option: OptionDefinition, given: readonly GivenOption[]): ConfigProblem | undefined {
  const { name: where, value: placeholder } = option;
  if (option.refused !== undefined) return { where, problem: option.refused };
  if (placeholder === undefined) return undefined;
  const texts = given.map(({ value }) => value);
  if (texts.some((text) => text === null || text === ""))
    return { where, problem: `needs a value: ${where} ${placeholder}` };
  if (texts.length > 1 && option.repeatable === undefined && new Set(texts).size > 1) {
    return {
      where,
      given: texts.map((text) => maskUrl(text ?? "")).join(" and "),
      problem: "stands twice, with different values",
    };
  }
  const text = texts[0] ?? "";
  if (option.oneOf !== undefined && !option.oneOf.includes(text)) {
    const allowed = option.oneOf.join(", ");
    return { where, given: text, problem: `must be one of ${allowed}`, suggestion: nearest(text, option.oneOf) };
  }
  return undefined;
}

function readFlag(
  { name }: OptionDefinition,
  { path, as }: NonNullable<OptionDefinition["sets"]>,
  texts: readonly string[],
): FlagValues {
  const set = (value: unknown): FlagValues => ({ values: [{ flag: name, path, value }], problems: [] });
  if (as === "threshold") return readThresholds(name, path, texts);
  if (typeof as === "object") return set(as.constant);
  if (as === "list") return set(texts.flatMap(splitList));
  const text = texts[0] ?? "";
  return set(as === "number" && /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
}

/** An empty entry is kept, to be refused: something is missing there. */
function splitList(text: string): string[] {
  return text
    .replace(/,\s*$/, "")
    .split(",")
    .map((entry) => entry.trim());
}

function readThresholds(flag: string, path: readonly string[], texts: readonly string[]): FlagValues {
  const values: FlagValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const text of texts) {
    const match = /^\s*([A-Za-z][\w-]*)\s*:?\s*([<>=≤≥].*)$/.exec(text);
    const metric = match?.[1];
    const earlier = values.find((value) => value.path.at(-1) === metric);
    if (match === null || metric === undefined) {
      problems.push({ where: flag, given: text, problem: 'must be METRIC<=VALUE in quotes, such as "loss<=2%"' });
    } else if (earlier !== undefined && earlier.value !== match[2]) {
      problems.push({ where: flag, given: metric, problem: "has two different limits" });
    } else values.push({ flag, path: [...path, metric], value: match[2] });
  }
  return { values, problems };
}

function camelCase(name: string): string {
  return name.replace(/^--/, "").replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
