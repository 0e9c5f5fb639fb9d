/** The machines of `fleet.hosts`, each with a name of its own. Pure. */
import { formatAddress, parseAddress } from "./address.ts";
import { hostNames } from "./host-names.ts";
import { ConfigError, type ConfigProblem } from "./problem.ts";
import type { Config, HostEntry } from "./schema.ts";

export type InventoryHost = {
  /** Unique in the run; fit for file names and room names. */
  name: string;
  /** Host name or IP address, without brackets. */
  address: string;
  /** Undefined: the SSH client's configuration decides, then the user who runs lkload. */
  user: string | undefined;
  /** Undefined: the SSH client's configuration decides, then 22. */
  port: number | undefined;
  hostKey: string | undefined;
  identityFile: string | undefined;
  proxyJump: string | undefined;
};

type Entry = Omit<InventoryHost, "name"> & { given: string | undefined; index: number };
type InventoryProblem = { path: string[]; given: string; problem: string };

/**
 * @param options.userName who runs lkload: `node-1` and `me@node-1` are then the same login
 * @throws {ConfigError} for addresses that are none, and hosts that stand twice
 */
export function resolveInventory(config: Config, options: { userName?: string } = {}): InventoryHost[] {
  const { hosts, problems } = readInventory(config, options.userName);
  if (problems.length === 0) return hosts;
  throw new ConfigError(
    problems.map(({ path, given, problem }): ConfigProblem => ({ where: path.join("."), given, problem })),
  );
}

/** The same, with the problems as data: `path` is where in the configuration. */
export function readInventory(
  config: Config,
  userName?: string,
): { hosts: InventoryHost[]; problems: InventoryProblem[] } {
  const problems: InventoryProblem[] = [];
  const entries: Entry[] = [];
  for (const [index, raw] of config.fleet.hosts.entries()) {
    const entry = readEntry(raw, config.ssh, index);
    if (typeof entry === "object") entries.push(entry);
    else problems.push({ ...place(index), given: typeof raw === "string" ? raw : raw.address, problem: entry });
  }
  problems.push(...repeated(entries, (e) => loginKey(e, userName), "is the same machine and login as"));
  problems.push(...repeated(entries, (e) => e.given, "has the same name as"));
  const names = hostNames(entries.map(({ given, address, port, user }) => ({ given, address, port, user })));
  return { hosts: entries.map((entry, i) => toHost(names[i]!, entry)), problems };
}

function readEntry(raw: HostEntry, ssh: Config["ssh"], index: number): Entry | string {
  const entry = typeof raw === "string" ? { address: raw } : raw;
  const parsed = parseAddress(entry.address);
  if (typeof parsed === "string") return parsed;
  if (entry.user !== undefined && parsed.user !== undefined && entry.user !== parsed.user) {
    return `names two users: ${parsed.user} in the address and ${entry.user} in user`;
  }
  if (entry.port !== undefined && parsed.port !== undefined && entry.port !== parsed.port) {
    return `names two ports: ${parsed.port} in the address and ${entry.port} in port`;
  }
  return {
    given: entry.name,
    index,
    address: parsed.host,
    user: entry.user ?? parsed.user ?? ssh.user,
    port: entry.port ?? parsed.port ?? ssh.port,
    hostKey: entry.hostKey,
    identityFile: entry.identityFile ?? ssh.identityFile,
    proxyJump: entry.proxyJump ?? ssh.proxyJump,
  };
}

function toHost(name: string, { address, user, port, hostKey, identityFile, proxyJump }: Entry): InventoryHost {
  return { name, address, user, port, hostKey, identityFile, proxyJump };
}

function loginKey({ user, address, port }: Entry, userName: string | undefined): string {
  return JSON.stringify([user ?? userName ?? "", address.toLowerCase(), port ?? 22]);
}

function repeated(
  entries: readonly Entry[],
  key: (entry: Entry) => string | undefined,
  relation: string,
): InventoryProblem[] {
  const first = new Map<string, Entry>();
  return entries.flatMap((entry) => {
    const value = key(entry);
    if (value === undefined) return [];
    const earlier = first.get(value);
    if (!earlier) {
      first.set(value, entry);
      return [];
    }
    return [
      { ...place(entry.index), given: shown(entry), problem: `${relation} host ${earlier.index + 1} of the list` },
    ];
  });
}

function place(index: number): { path: string[] } {
  return { path: ["fleet", "hosts", String(index)] };
}

function shown({ given, user, address, port }: Entry): string {
  const text = formatAddress({ user, host: address, port });
  return given === undefined ? text : `${given} (${text})`;
}
