/** Why terraform failed, in the cloud's own words, from what it prints at its end. */
import type { Diagnostic } from "./stream.ts";

export type ProblemKind =
  | "quota"
  | "floating-ips"
  | "not-found"
  | "authentication"
  | "unreachable"
  /** No hypervisor has room for the VM, or is allowed to take it. */
  | "no-valid-host"
  /** A server went to ERROR: the reason stands in its `fault`, which terraform does not read. */
  | "server-error"
  /** A volume went to an error state: the reason is in Cinder's messages. */
  | "volume-error"
  /** Says nothing: what was in flight when terraform was interrupted. */
  | "interrupted"
  | "other";

export type Problem = {
  kind: ProblemKind;
  /** One line. */
  text: string;
  /** Of the resource in the stack. */
  address: string | null;
  /** Of the server or volume, for `server-error` and `volume-error`. */
  resourceId: string | null;
};

export function problemsOf(diagnostics: readonly Diagnostic[]): Problem[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(problemOf);
}

function problemOf({ summary, detail, address }: Diagnostic): Problem {
  const said = detail === "" ? summary : `${summary}: ${detail}`;
  for (const [kind, what, pattern] of wentToError) {
    const resourceId = pattern.exec(summary)?.[1];
    if (resourceId !== undefined) return { kind, text: `${what} ${resourceId} went to ERROR`, address, resourceId };
  }
  const message = cloudMessage(summary);
  const kind = kindOf(said, address);
  const text = kind === "not-found" ? notFoundText(said, address) : (message ?? said);
  return { kind, text: oneLine(text), address, resourceId: null };
}

const wentToError = [
  ["server-error", "server", /waiting for instance \(([^)]+)\).*unexpected state 'ERROR'/],
  ["volume-error", "volume", /openstack_blockstorage_volume_v3 (\S+) to become ready: The volume is in error/],
] as const;

/** A `server-error` or `volume-error` with the reason that Nova or Cinder gives for it. */
export function withFault(problem: Problem, fault: string): Problem {
  return { ...problem, kind: kindOf(fault, null), text: oneLine(fault) };
}

/** What is tried in turn. */
const patterns: readonly [ProblemKind, RegExp][] = [
  ["interrupted", /execution halted|context canceled/],
  ["floating-ips", /IpAddressGenerationFailure|No more IP addresses|OverQuota.*floatingip/],
  ["no-valid-host", /No valid host|Exhausted all hosts|maximum number of retries/],
  ["quota", /OverQuota|Quota exceeded|exceeds quota|exceeds allowed \w+ quota|exceeded for quota/i],
  [
    "authentication",
    /got 401 instead|\b401\b.*Unauthorized|(auth_url|cloud).*must be specified|Missing input for argument/,
  ],
  [
    "not-found",
    /Unable to find (flavor|image)|query returned no results|(could not|cannot) find .*|cloud .* (does not exist|not found)/i,
  ],
  ["unreachable", /dial tcp|connection refused|no such host|i\/o timeout|TLS handshake|x509:/],
];

function kindOf(text: string, address: string | null): ProblemKind {
  const kind = patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? "other";
  // A data source that is answered 404 looks for something that is not there; other 404s are of another kind.
  return kind === "other" && /got 404 instead/.test(text) && address?.startsWith("data.") ? "not-found" : kind;
}

function notFoundText(text: string, address: string | null): string {
  const what = /^data\.openstack_[a-z]+_([a-z]+)_v\d/.exec(address ?? "")?.[1];
  return what === undefined ? text : `no such ${what}: the cloud has none that fits`;
}

/** `…, but got 403 instead: {"forbidden": {"code": 403, "message": "Quota exceeded …"}}` → the message. */
function cloudMessage(text: string): string | undefined {
  const body = /instead: (\{.*\})\s*$/s.exec(text)?.[1];
  if (body === undefined) return undefined;
  try {
    const [inner] = Object.values(JSON.parse(body) as Record<string, { message?: unknown } | undefined>);
    return typeof inner?.message === "string" ? inner.message : undefined;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What the reader can do. */
export function hintFor(kind: ProblemKind): string | undefined {
  return hints[kind];
}

const hints: Partial<Record<ProblemKind, string>> = {
  quota: "ask for fewer or smaller VMs, or for a larger quota of the project",
  "floating-ips": "release floating IPs that are not in use, or use network mode external or bastion",
  "not-found": "`openstack flavor list`, `image list` and `network list` show what there is",
  "no-valid-host": "ask for fewer or smaller VMs, for another flavor, or for other availability zones",
  authentication: "check OS_CLOUD and clouds.yaml, or the OS_* variables",
  unreachable: "check the cloud's address and the network between",
};
