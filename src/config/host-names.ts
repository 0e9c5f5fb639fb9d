/** Names for machines, made from their addresses: short, unique, fit for files and rooms. Pure. */

type Named = { given: string | undefined; address: string; port: number | undefined; user: string | undefined };

const maxLength = 40;

/**
 * The first label of the host name (`node-1` of node-1.example.com), or the whole address where labels repeat or there
 * are none; with port and user only as far as that tells hosts apart. Given names stay as they are.
 */
export function hostNames(hosts: readonly Named[]): string[] {
  const candidates = hosts.map((host) => (host.given === undefined ? candidatesFor(host) : [host.given]));
  const depth = Math.max(1, ...candidates.map((names) => names.length));
  const names: (string | undefined)[] = hosts.map((host) => host.given);
  for (let level = 0; level < depth; level++) {
    const taken = Map.groupBy(
      candidates.map((list, i) => names[i] ?? list[level] ?? list.at(-1)!),
      (name) => name,
    );
    for (const [i, list] of candidates.entries()) {
      const name = list[level];
      if (names[i] === undefined && name !== undefined && taken.get(name)!.length === 1) names[i] = name;
    }
  }
  const used = new Set(names.filter((name) => name !== undefined));
  return candidates.map((list, i) => names[i] ?? numbered(list.at(-1)!, used));
}

function candidatesFor({ address, port, user }: Named): string[] {
  const isName = /[a-z]/i.test(address) && !address.includes(":");
  const label = isName ? address.split(".")[0]! : address;
  const withPort = `${address}-${port ?? 22}`;
  return [label, address, withPort, `${user ?? ""}-${withPort}`].map((text) => sanitise(text));
}

function sanitise(text: string): string {
  const dashed = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, maxLength);
  return dashed.replaceAll(/^-+|-+$/g, "") || "host";
}

function numbered(name: string, used: Set<string>): string {
  for (let n = 2; ; n++) {
    const suffix = `-${n}`;
    const candidate = name.slice(0, maxLength - suffix.length).replace(/-+$/, "") + suffix;
    if (!used.has(candidate)) {
      used.add(candidate);
      return candidate;
    }
  }
}
