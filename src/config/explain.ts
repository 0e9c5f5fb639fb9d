/** What zod found, in words: each message is a noun phrase of what is allowed, to follow "must be". */
import type { z } from "zod";

type RawIssue = z.core.$ZodRawIssue;

/** The error map of the configuration's parse; messages given in the schema itself win over it. */
export function explain(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeOf(issue.expected, issue.input);
    case "too_small":
      return bound(issue.origin, issue.inclusive === false ? "more than" : "at least", Number(issue.minimum));
    case "too_big":
      return bound(issue.origin, issue.inclusive === false ? "less than" : "at most", Number(issue.maximum));
    case "invalid_value":
      return oneOf(issue.values.map(String));
    case "invalid_format":
      return issue.format === "url" ? "a complete URL" : `of the form ${issue.format}`;
    case "invalid_union":
      return oneOf([...new Set(issue.errors.flatMap((branch) => branch.map((inner) => inner.message)))]);
    case "invalid_key":
      return issue.issues.map((inner) => inner.message).join(" and ");
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
    case "invalid_element":
    case "custom":
      return "something else";
    default:
      return issue satisfies never;
  }
}

function typeOf(expected: string, input: unknown): string {
  const quotable = expected === "string" && (typeof input === "number" || typeof input === "boolean");
  return quotable ? "text: put it in quotes" : (typeWords[expected] ?? expected);
}

const typeWords: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map of settings",
  record: "a map of names to values",
  array: "a list",
};

function bound(origin: string, relation: string, limit: number): string {
  if (origin === "string" && relation === "at least" && limit === 1) return "non-empty text";
  return `${relation} ${limit}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
