/**
 * How a run's resources are told from everything else in a project. Each carries two marks: a name that begins with
 * the run's own, and the run's id once more, in metadata (servers) or in the description (networks and the like).
 * Only marks that a resource has from its first moment on count: tags of ports and floating IPs are set by a request
 * of their own, which an interrupt may come before.
 */

export type RunMarks = {
  /** First part of every name. */
  prefix: string;
  runId: string;
  createdAtMs: number;
  /** From here on `lkload gc --expired` removes it. */
  expiresAtMs: number;
  /** Who to ask about it: `user@machine`. */
  owner: string;
};

/** What a description or metadata says. */
export type FoundMarks = {
  runId: string;
  name: string;
  createdAtMs: number | null;
  expiresAtMs: number | null;
  owner: string | null;
};

/** `<prefix>-<run id>`: the name of what there is one of, and the beginning of all other names. */
export function runName({ prefix, runId }: Pick<RunMarks, "prefix" | "runId">): string {
  return `${prefix}-${runId}`;
}

/** The last part of a VM's name: `01` of `<prefix>-<run id>-01`. */
export function vmKey(marks: Pick<RunMarks, "prefix" | "runId">, vmName: string): string {
  return vmName.slice(runName(marks).length + 1);
}

/**
 * Key pairs belong to the user, not to the project: the clouds of a run may share them, so each has one of its own. It
 * is named by the run where the cloud has the run's first VM, else by the first VM that the cloud has.
 */
export function keyPairName(marks: Pick<RunMarks, "prefix" | "runId">, firstVm: string): string {
  return Number(vmKey(marks, firstVm)) === 1 ? runName(marks) : firstVm;
}

/** The names of runs that a key pair of this name may be of: see {@link keyPairName}. */
export function runNamesOfKeyPair(name: string): string[] {
  return [name, name.replace(/-\d{2,}$/, "")];
}

const keys = {
  run: "lkload-run",
  name: "lkload-name",
  created: "lkload-created",
  expires: "lkload-expires",
  owner: "lkload-owner",
} as const;

/** Metadata of servers and volumes. */
export function metadata(marks: RunMarks): Record<string, string> {
  return {
    [keys.run]: marks.runId,
    [keys.name]: runName(marks),
    [keys.created]: timeText(marks.createdAtMs),
    [keys.expires]: timeText(marks.expiresAtMs),
    // Kept to characters that mean nothing to terraform, shells and APIs.
    [keys.owner]: marks.owner.replaceAll(/[^\w.@-]/g, "_").slice(0, 60),
  };
}

/** Tags of servers: for people who look. Nova takes 60 characters, without `/` and `,`. */
export function tags({ runId }: RunMarks): string[] {
  return ["lkload", `${keys.run}=${runId}`];
}

/** Description of what has no metadata. Below 255 characters (Neutron's limit). */
export function description(marks: RunMarks): string {
  return Object.entries(metadata(marks))
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

/** Comment of the run's public key, the only place for a second mark that a key pair has. */
export function keyComment({ runId }: Pick<RunMarks, "runId">): string {
  return `${keys.run}=${runId}`;
}

export function readDescription(text: string): FoundMarks | undefined {
  const words = text.split(" ").map((word) => {
    const [key = "", ...value] = word.split("=");
    return [key, value.join("=")] as const;
  });
  return readMetadata(Object.fromEntries(words));
}

export function readMetadata(data: Readonly<Record<string, unknown>>): FoundMarks | undefined {
  const { [keys.run]: runId, [keys.name]: name } = data;
  if (typeof runId !== "string" || typeof name !== "string" || runId === "") return undefined;
  // A name that does not end with the run is of somebody else, or was tampered with.
  if (!name.endsWith(`-${runId}`)) return undefined;
  const owner = data[keys.owner];
  return {
    runId,
    name,
    createdAtMs: readTime(data[keys.created]),
    expiresAtMs: readTime(data[keys.expires]),
    owner: typeof owner === "string" && owner !== "" ? owner : null,
  };
}

/** The run's id from the comment of a public key. */
export function readKeyComment(publicKey: string): string | undefined {
  const comment = publicKey.trim().split(/\s+/)[2] ?? "";
  return comment.startsWith(`${keys.run}=`) ? comment.slice(keys.run.length + 1) : undefined;
}

/** Whether `name` is `base` or begins with `base` and a dash. */
export function isNamed(name: string, base: string): boolean {
  return name === base || name.startsWith(`${base}-`);
}

/** To the second, UTC, without characters that descriptions or tags refuse. */
function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
}

function readTime(text: unknown): number | null {
  const timeMs = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? null : timeMs;
}
