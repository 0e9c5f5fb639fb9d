/** OpenSSH's known_hosts files (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): parsing and looking up. No I/O. */
import { createHmac } from "node:crypto";

export type KnownHostsLine = {
  file: string;
  /** From 1. */
  line: number;
  revoked: boolean;
  /** Host patterns, comma-separated, or one hashed name. */
  hosts: string;
  type: string;
  key: Buffer;
};

export type HostKeyVerdict =
  | { kind: "trusted" }
  | { kind: "unknown" }
  | { kind: "changed"; known: KnownHostsLine }
  | { kind: "revoked"; known: KnownHostsLine };

/** Lines that are no keys (comments, certificate authorities, what OpenSSH would skip too) are left out. */
export function parseKnownHosts(file: string, text: string): KnownHostsLine[] {
  return text.split("\n").flatMap((content, index) => {
    const words = content.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
    const [hosts, type, base64] = words;
    if (hosts === undefined || hosts.startsWith("#") || type === undefined || base64 === undefined) return [];
    // Certificates of hosts are not spoken by the SSH library, so their authorities vouch for nothing here.
    if (marker !== undefined && marker !== "@revoked") return [];
    return [{ file, line: index + 1, revoked: marker !== undefined, hosts, type, key: Buffer.from(base64, "base64") }];
  });
}

/** The name under which known_hosts has a host: `host`, or `[host]:port` for other ports than 22. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The lines that speak of the host, revoked keys among them. */
export function linesFor(lines: readonly KnownHostsLine[], host: string, port: number): KnownHostsLine[] {
  const name = knownHostsName(host, port);
  return lines.filter((line) => matches(line.hosts, name));
}

/**
 * What the files say of a key that a host has presented. Like OpenSSH, a host on a port of its own may also be known
 * by its key under the name without port; a different key there says nothing.
 */
export function judgeHostKey(
  lines: readonly KnownHostsLine[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const own = linesFor(lines, host, port);
  const withoutPort = port === 22 ? [] : linesFor(lines, host, 22);
  const same = [...own, ...withoutPort].filter((line) => line.key.equals(key));
  const revoked = same.find((line) => line.revoked);
  if (revoked !== undefined) return { kind: "revoked", known: revoked };
  if (same.length > 0) return { kind: "trusted" };
  const known = own.find((line) => !line.revoked);
  return known === undefined ? { kind: "unknown" } : { kind: "changed", known };
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  const positive = (pattern: string) => !pattern.startsWith("!") && matchesPattern(pattern, name);
  const negative = (pattern: string) => pattern.startsWith("!") && matchesPattern(pattern.slice(1), name);
  return patterns.some(positive) && !patterns.some(negative);
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt = "", hash = ""] = hashed.split("|");
  return version === "1" && createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}

/** `*` and `?` are wildcards; square brackets are not, they belong to `[host]:port`. */
function matchesPattern(pattern: string, name: string): boolean {
  const literal = (text: string) => text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const source = literal(pattern).replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(name);
}
