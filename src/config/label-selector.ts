/** Kubernetes label selectors, as `kubectl -l` takes them: `app=x,tier!=y,env in (a, b),!legacy`. */

export type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const name = String.raw`[A-Za-z0-9][\w./-]*`;
const value = String.raw`(?:[A-Za-z0-9][\w.-]*)?`;

/**
 * The server filters pods by the same text; this is for what points at them (HPAs, Deployments).
 * @throws Error for text that is no selector
 */
export function labelSelector(text: string): Requirement {
  const requirements = split(text).map(requirement);
  return (labels) => requirements.every((matches) => matches(labels));
}

export function isLabelSelector(text: string): boolean {
  try {
    labelSelector(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * One selector for all that any of these selects; null where that cannot be said, which takes single requirements of
 * values for the same label.
 */
export function anyOf(selectors: readonly string[]): string | null {
  let common: string | undefined;
  const values = new Set<string>();
  for (const text of selectors) {
    const [part, ...more] = split(text);
    const found = part === undefined || more.length > 0 ? undefined : wantedValues(part);
    if (found === undefined || found.key !== (common ??= found.key)) return null;
    for (const wanted of found.values) values.add(wanted);
  }
  return common === undefined ? null : `${common} in (${[...values].join(",")})`;
}

/** Undefined for a requirement that is not about the values that a label shall have. */
function wantedValues(part: string): { key: string; values: string[] } | undefined {
  const [, key = "", single, list] =
    new RegExp(`^(${name})(?:\\s*==?\\s*(${value})|\\s+in\\s*\\(([^()]*)\\))$`).exec(part) ?? [];
  if (key === "") return undefined;
  const values = list === undefined ? [single ?? ""] : list.split(",").map((item) => item.trim());
  // No value at all has no place in a list.
  return values.includes("") ? undefined : { key, values };
}

/** At the commas that are not inside parentheses. */
function split(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function requirement(part: string): Requirement {
  const equality = new RegExp(`^(${name})\\s*(==|=|!=)\\s*(${value})$`).exec(part);
  if (equality) {
    const [, key = "", operator, wanted = ""] = equality;
    return operator === "!=" ? (labels) => labels[key] !== wanted : (labels) => labels[key] === wanted;
  }
  const set = new RegExp(`^(${name})\\s+(in|notin)\\s*\\(([^()]*)\\)$`).exec(part);
  if (set) {
    const [, key = "", operator, list = ""] = set;
    const wanted = new Set(list.split(",").map((item) => item.trim()));
    const has = (labels: Labels) => labels[key] !== undefined && wanted.has(labels[key]);
    return operator === "in" ? has : (labels) => !has(labels);
  }
  const existence = new RegExp(`^(!?)\\s*(${name})$`).exec(part);
  if (existence) {
    const [, not, key = ""] = existence;
    return (labels) => (labels[key] === undefined) === (not === "!");
  }
  throw new Error(`no label selector: ${part}`);
}
