/** Where a host really is and how it is reached: lkload's own configuration first, then ~/.ssh/config, then defaults. */
import { userInfo } from "node:os";
import type { Config } from "../config/schema.ts";
import { RemoteError } from "./remote.ts";
import { expandPath, readUserConfig } from "./ssh-user-config.ts";

/** The `ssh` section of the configuration, and what SSH takes from the user's session. */
export type SshSettings = Config["ssh"] & {
  home: string;
  /** SSH_AUTH_SOCK. */
  agentSocket: string | undefined;
};

/** A host as the inventory has it; what is absent or null is for {@link SshSettings} and ~/.ssh/config to say. */
export type SshHost = {
  name: string;
  address: string;
  port?: number | null | undefined;
  user?: string | null | undefined;
  hostKey?: string | null | undefined;
  identityFile?: string | null | undefined;
  proxyJump?: string | null | undefined;
};

export type SshTarget = {
  name: string;
  /** DNS name or IP address to connect to. */
  address: string;
  port: number;
  user: string;
  /** Under which name and port known_hosts has the host. */
  knownHostsHost: string;
  knownHostsPort: number;
  knownHostsFiles: string[];
  hostKey: string | null;
  /** Key files named by someone; empty: the usual ones are tried. */
  identityFiles: string[];
  identitiesOnly: boolean;
  jump: SshTarget | null;
};

const DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts";
const MAX_JUMPS = 8;

/** @throws {RemoteError} `refused` when ~/.ssh/config can't be honoured or a jump host is not well-formed */
export function resolveTarget(host: SshHost, settings: SshSettings, depth = 0): SshTarget {
  const { home } = settings;
  const askedUser = host.user ?? settings.user;
  const said = readUserConfig(expandPath(settings.configFile, { home }), home, host.address, askedUser);
  const port = host.port ?? settings.port ?? said.port ?? 22;
  const address = said.hostName ?? host.address;
  const identityFile = host.identityFile ?? settings.identityFile;
  const explicitKnownHosts = settings.knownHosts !== DEFAULT_KNOWN_HOSTS;
  const knownHostsFiles = (!explicitKnownHosts && said.knownHostsFiles) || [settings.knownHosts];
  const jumps = host.proxyJump ?? settings.proxyJump ?? said.proxyJump;
  return {
    name: host.name,
    address,
    port,
    user: askedUser ?? said.user ?? userInfo().username,
    knownHostsHost: said.hostKeyAlias ?? address,
    knownHostsPort: said.hostKeyAlias === undefined ? port : 22,
    knownHostsFiles: knownHostsFiles.map((path) => expandPath(path, { home })),
    hostKey: host.hostKey ?? null,
    identityFiles: identityFile ? [expandPath(identityFile, { home })] : said.identityFiles,
    identitiesOnly: said.identitiesOnly,
    jump: jumps === undefined || jumps === "none" ? null : jumpTarget(host, jumps, settings, depth),
  };
}

/** `a,b` means: a first, and b through a. The last of the list is the one that leads to the host. */
function jumpTarget(host: SshHost, jumps: string, settings: SshSettings, depth: number): SshTarget {
  if (depth >= MAX_JUMPS) throw new RemoteError("refused", host.name, `more than ${MAX_JUMPS} jump hosts in a row`);
  const list = jumps.split(",").map((jump) => jump.trim());
  const last = list.pop() ?? "";
  const parsed = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:@[\]]+)(?::(\d+))?$/.exec(last);
  if (parsed === null) {
    throw new RemoteError("refused", host.name, `not a jump host: "${last}"`, { hint: "write it as user@host:port" });
  }
  const [, user, address = "", port] = parsed;
  // The jump host is a machine of its own: what is set for the hosts (user, port, pinned key, jump) is not for it.
  const { user: _user, port: _port, proxyJump: _proxyJump, ...forJump } = settings;
  return resolveTarget(
    {
      name: `${host.name} via ${last}`,
      address: address.replace(/^\[(.*)\]$/, "$1"),
      user: user ?? null,
      port: port === undefined ? null : Number(port),
      identityFile: null,

      proxyJump: list.length > 0 ? list.join(",") : null,
    },
    forJump,
    depth + 1,
  );
}
