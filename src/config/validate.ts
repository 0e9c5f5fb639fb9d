/** Settings from all places → the configuration, or every problem at once. */
import type { z } from "zod";
import { explain } from "./explain.ts";
import { isMap, valueAt, type Origin } from "./layers.ts";
import type { ConfigProblem } from "./problem.ts";
import type { RuleProblem } from "./rule-problem.ts";
import { brokenRules } from "./rules.ts";
import { configSchema, type Config } from "./schema.ts";
import { isSecret, showValue } from "./show-value.ts";
import { suggestSetting, suggestValue } from "./suggest.ts";

type Path = readonly PropertyKey[];

export type Sources = {
  readonly input: Record<string, unknown>;
  readonly origins: ReadonlyMap<string, Origin>;
  /** Where in the file a setting stands that no origin names; undefined where there is no file. */
  readonly position: ((path: Path) => string) | undefined;
};

export type Validation = { config: Config; problems: [] } | { config: undefined; problems: ConfigProblem[] };

/** @param complete false where a part of the settings could not be read: contradictions are then not looked for */
export function validate(sources: Sources, options: { complete: boolean }): Validation {
  const parsed = configSchema.safeParse(sources.input, { error: explain });
  if (parsed.success) {
    const broken = options.complete ? brokenRules(parsed.data).map((rule) => fromRule(rule, sources)) : [];
    return broken.length === 0 ? { config: parsed.data, problems: [] } : { config: undefined, problems: broken };
  }
  const issues = parsed.error.issues.flatMap((issue) => flatten(issue, []));
  const problems = issues.filter((issue) => !isMistyped(issue, issues)).flatMap((issue) => fromIssue(issue, sources));
  if (options.complete) problems.push(...rulesBeside(issues, sources));
  return { config: undefined, problems };
}

/** Contradictions among the values that are all right by themselves. */
function rulesBeside(issues: readonly z.core.$ZodIssue[], sources: Sources): ConfigProblem[] {
  const rest = structuredClone(sources.input);
  const bad: string[] = [];
  for (const issue of issues) {
    const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) {
      bad.push(removeAt(rest, path).join("."));
    }
  }
  const parsed = configSchema.safeParse(rest);
  if (!parsed.success) return [];
  const untouched = (path: string) =>
    !bad.some((b) => path === b || path.startsWith(`${b}.`) || b.startsWith(`${path}.`));
  return brokenRules(parsed.data)
    .filter((rule) => rule.paths.every(untouched) && !(rule.paths[0]!.startsWith("load.") && bad.some(isLoadCount)))
    .map((rule) => fromRule(rule, sources));
}

function isLoadCount(path: string): boolean {
  return /^load(\.(participants|\w*[pP]ublishers|subscribers|scenario|per))?$/.test(path) || path.startsWith("fleet");
}

/** Removes the value, or the list that it stands in. @returns what was removed */
function removeAt(root: Record<string, unknown>, path: Path): Path {
  let map: unknown = root;
  for (const [i, name] of path.entries()) {
    if (!isMap(map)) return path;
    const next = map[String(name)];
    if (i === path.length - 1 || !isMap(next)) {
      delete map[String(name)];
      return path.slice(0, i + 1);
    }
    map = next;
  }
  return path;
}

/** Issues within the one branch of a union that fits the value's type, with their whole path. */
function flatten(issue: z.core.$ZodIssue, above: Path): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union") return [{ ...issue, path }];
  const fitting = issue.errors.filter(
    (branch) => !branch.some((i) => i.code === "invalid_type" && i.path.length === 0),
  );
  const only = fitting.length === 1 ? fitting[0]! : [];
  const inner = only.some((i) => i.path.length > 0 || i.code === "unrecognized_keys") ? only : [];
  return inner.length === 0 ? [{ ...issue, path }] : inner.flatMap((i) => flatten(i, path));
}

/** A setting that is missing because its name was mistyped right there: the mistyped name says it all. */
function isMistyped(issue: z.core.$ZodIssue, all: readonly z.core.$ZodIssue[]): boolean {
  const parent = issue.path.slice(0, -1).join(".");
  return (
    issue.code === "invalid_type" &&
    all.some(
      (other) =>
        other.code === "unrecognized_keys" &&
        other.path.join(".") === parent &&
        other.keys.some((key) => suggestSetting(other.path, key) === issue.path.at(-1)),
    )
  );
}

function fromIssue(issue: z.core.$ZodIssue, sources: Sources): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const suggestion = suggestSetting(issue.path, key);
      const kind = issue.path.length === 1 && issue.path[0] === "thresholds" ? "metric" : "setting";
      return { where: whereOf(path, sources), path: show(path), problem: `there is no such ${kind}`, suggestion };
    });
  }
  const value = valueAt(sources.input, issue.path);
  const problem = value === undefined ? `is needed: ${issue.message}` : `must be ${issue.message}`;
  return [
    {
      where: whereOf(issue.path, sources),
      path: show(issue.path),
      given: showValue(issue.path, value),
      problem,
      suggestion: isSecret(issue.path) ? undefined : suggestValue(issue, issue.path, value),
    },
  ];
}

function fromRule({ paths, given, problem, suggestion }: RuleProblem, sources: Sources): ConfigProblem {
  // Only settings that somebody set can be to blame.
  const named = paths.filter((path) => originOf(path.split("."), sources) !== undefined);
  const shown = named.length === 0 ? paths.slice(0, 1) : named;
  const where = [...new Set(shown.map((path) => whereOf(path.split("."), sources)))].join(", ");
  return { where, path: shown.map((path) => show(path.split("."))).join(", "), given, problem, suggestion };
}

function originOf(path: Path, { origins }: Sources): Origin | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(path.slice(0, length).join("."));
    if (origin) return origin;
  }
  const below = `${path.join(".")}.`;
  for (const [name, origin] of origins) if (name.startsWith(below)) return origin;
  return undefined;
}

/** The flag, the variable, or the line in the file; the defaults where nobody set it. */
export function whereOf(path: Path, sources: Sources): string {
  const origin = originOf(path, sources);
  if (origin?.origin === "file") return sources.position?.(numbered(path)) ?? origin.detail;
  if (origin?.origin === "scenario") return `scenario ${origin.detail}`;
  return origin?.detail ?? "defaults";
}

/** List indices as numbers. */
function numbered(path: Path): Path {
  return path.map((name) => (/^\d+$/.test(String(name)) ? Number(name) : name));
}

/** `fleet.hosts[2].name` */
function show(path: Path): string {
  return path.reduce<string>((text, name) => {
    const key = String(name);
    if (/^\d+$/.test(key)) return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
