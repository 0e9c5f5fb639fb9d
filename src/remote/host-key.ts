/** Whether a host's key is the right one: pinned, or in known_hosts. What is not known is never accepted. */
import { readFile } from "node:fs/promises";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { judgeHostKey, knownHostsName, linesFor, parseKnownHosts, type KnownHostsLine } from "./known-hosts.ts";
import { fingerprint, keyType } from "./public-key.ts";
import { quoteCommand, quoteWord } from "./quote.ts";
import { RemoteError } from "./remote.ts";
import type { SshTarget } from "./ssh-target.ts";

/** In the order of preference. A key of type ssh-rsa signs with SHA-2; SHA-1 is for servers that know nothing else. */
const ALGORITHMS: Record<string, ServerHostKeyAlgorithm[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/** The same for all users of this machine; see FILES in ssh(1). */
const GLOBAL_KNOWN_HOSTS = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/** What is known of one host's keys before it is contacted. */
export type HostKeyPolicy = {
  /** Key types to offer: with these a host that is known presents a key that can be compared. */
  types: string[];
  /** Null when the key is right. */
  check(key: Buffer): RemoteError | null;
  /** Whether another key of the host may be the right one, so that it is worth asking without this type. */
  mayHaveOther: boolean;
};

/** @throws {RemoteError} `refused` when a pinned key or known_hosts can't be read */
export async function hostKeyPolicy(target: SshTarget): Promise<HostKeyPolicy> {
  if (target.hostKey !== null) return pinnedPolicy(target, target.hostKey.trim());
  const lines: KnownHostsLine[] = [];
  for (const file of [...target.knownHostsFiles, ...GLOBAL_KNOWN_HOSTS]) {
    lines.push(...parseKnownHosts(file, await textOf(file, target.name)));
  }
  return knownHostsPolicy(target, lines);
}

export function algorithmsOf(types: readonly string[]): ServerHostKeyAlgorithm[] {
  return types.flatMap((type) => ALGORITHMS[type] ?? []);
}

function pinnedPolicy(target: SshTarget, pinned: string): HostKeyPolicy {
  const refused = (seen: Buffer, expected: string) =>
    new RemoteError(
      "refused",
      target.name,
      `${whereOf(target)} has another host key than the pinned one: ${described(seen)}, pinned ${expected}`,
      { hint: "somebody may be in between, or the host was set up anew; correct hostKey only when you know why" },
    );
  if (/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(pinned)) {
    const expected = pinned.replace(/=$/, "");
    const check = (key: Buffer) => (fingerprint(key) === expected ? null : refused(key, expected));
    return { types: Object.keys(ALGORITHMS), check, mayHaveOther: true };
  }
  const [type = "", base64 = ""] = pinned.split(/\s+/);
  const expected = Buffer.from(base64, "base64");
  if (ALGORITHMS[type] === undefined || keyType(expected) !== type) {
    throw new RemoteError("refused", target.name, `not a host key: "${pinned.slice(0, 80)}"`, {
      hint: "hostKey is written as `ssh-ed25519 AAAA…` or `SHA256:…`",
    });
  }
  const check = (key: Buffer) => (key.equals(expected) ? null : refused(key, described(expected)));
  return { types: [type], check, mayHaveOther: false };
}

function knownHostsPolicy(target: SshTarget, lines: readonly KnownHostsLine[]): HostKeyPolicy {
  const { knownHostsHost: host, knownHostsPort: port } = target;
  const known = linesFor(lines, host, port).filter((line) => !line.revoked);
  const knownTypes = Object.keys(ALGORITHMS).filter((type) => known.some((line) => line.type === type));
  const check = (key: Buffer): RemoteError | null => {
    const verdict = judgeHostKey(lines, host, port, key);
    if (verdict.kind === "trusted") return null;
    if (verdict.kind === "unknown") return unknownKey(target, key);
    if (verdict.kind === "changed") return changedKey(target, verdict.known, described(key));
    const { file, line } = verdict.known;
    return new RemoteError("refused", target.name, `its host key ${described(key)} is revoked in ${file}:${line}`);
  };
  return { types: knownTypes.length > 0 ? knownTypes : Object.keys(ALGORITHMS), check, mayHaveOther: false };
}

/** For a server that has no key of a type that is known. */
export async function noKnownKeyType(target: SshTarget, policy: HostKeyPolicy): Promise<RemoteError> {
  const seen = `no key of type ${policy.types.join(" or ")}`;
  const { knownHostsHost: host, knownHostsPort: port } = target;
  for (const file of target.hostKey === null ? [...target.knownHostsFiles, ...GLOBAL_KNOWN_HOSTS] : []) {
    const known = linesFor(parseKnownHosts(file, await textOf(file, target.name)), host, port)[0];
    if (known !== undefined) return changedKey(target, known, seen);
  }
  return new RemoteError("refused", target.name, `${whereOf(target)} has ${seen}`);
}

function unknownKey(target: SshTarget, key: Buffer): RemoteError {
  const message = `the host key of ${whereOf(target)} is not known: ${described(key)}`;
  return new RemoteError("refused", target.name, message, {
    hint: `if that is its fingerprint, trust it: ${trustCommand(target, key)}`,
  });
}

/** Pasteable. Through a jump host, ssh-keyscan would not get there: then it is the line itself. */
function trustCommand(target: SshTarget, key: Buffer): string {
  const file = quoteWord(target.knownHostsFiles[0] ?? "~/.ssh/known_hosts");
  const name = knownHostsName(target.knownHostsHost, target.knownHostsPort);
  if (target.jump !== null || target.knownHostsHost !== target.address) {
    return `${quoteCommand(["echo", `${name} ${keyType(key)} ${key.toString("base64")}`])} >> ${file}`;
  }
  const scanType = keyType(key).replace(/^ssh-|-sha2-.*$/g, "");
  return `ssh-keyscan -p ${target.port} -t ${scanType} ${quoteWord(target.address)} >> ${file}`;
}

function changedKey(target: SshTarget, known: KnownHostsLine, seen: string): RemoteError {
  const { file, line, type, key } = known;
  const name = knownHostsName(target.knownHostsHost, target.knownHostsPort);
  const message =
    `the host key of ${whereOf(target)} has changed: it presents ${seen}, ` +
    `${file}:${line} has ${type} ${fingerprint(key)}`;
  return new RemoteError("refused", target.name, message, {
    hint:
      "somebody may be in between, or the host was set up anew; only if you know that it was: " +
      quoteCommand(["ssh-keygen", "-R", name, "-f", file]),
  });
}

function described(key: Buffer): string {
  return `${keyType(key)} ${fingerprint(key)}`;
}

function whereOf(target: SshTarget): string {
  return knownHostsName(target.address, target.port);
}

async function textOf(file: string, host: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new RemoteError("refused", host, `can't read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
