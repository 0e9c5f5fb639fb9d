/** The user's OpenSSH client configuration, through the package ssh-config; `Include` is resolved here. */
import { globSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { parse } from "ssh-config";
import { RemoteError } from "./remote.ts";

/** What `~/.ssh/config` says of one host, as far as lkload honours it; nothing said: absent. */
export type UserConfig = {
  hostName?: string;
  user?: string;
  port?: number;
  identityFiles: string[];
  identitiesOnly: boolean;
  proxyJump?: string;
  knownHostsFiles?: string[];
  hostKeyAlias?: string;
};

const MAX_INCLUDE_DEPTH = 16;

/**
 * Reads the file anew, so that an edit during a long run holds at the next connection. No file: nothing said.
 * @throws {RemoteError} `refused` when the file can't be read, or demands what lkload can't do
 */
export function readUserConfig(file: string, home: string, host: string, user: string | undefined): UserConfig {
  let said: Record<string, string | string[]>;
  try {
    const config = parse(withIncludes(file, home, 0));
    said = config.compute(user === undefined ? { Host: host } : { Host: host, User: user }, { ignoreCase: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { identityFiles: [], identitiesOnly: false };
    throw new RemoteError("refused", host, `can't use ${file}: ${(error as Error).message}`, { cause: error });
  }
  const one = (key: string): string | undefined => [said[key]].flat()[0];
  const many = (key: string): string[] => [said[key] ?? []].flat();
  refuseProxyCommand(file, host, many("proxycommand").join(" "), one("proxyjump"));

  const hostName = one("hostname")?.replaceAll("%h", host).replaceAll("%%", "%");
  const port = one("port");
  const configUser = one("user");
  const expand = (path: string) =>
    expandPath(path, { home, host: hostName ?? host, user: user ?? configUser ?? "", port: port ?? "22" });
  const proxyJump = one("proxyjump");
  const knownHostsFiles = many("userknownhostsfile").flatMap((value) => value.split(/\s+/));
  const hostKeyAlias = one("hostkeyalias");
  return {
    ...(hostName === undefined ? {} : { hostName }),
    ...(configUser === undefined ? {} : { user: configUser }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(proxyJump === undefined || proxyJump.toLowerCase() === "none" ? {} : { proxyJump }),
    ...(knownHostsFiles.length === 0 ? {} : { knownHostsFiles: knownHostsFiles.map(expand) }),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    identityFiles: many("identityfile")
      .filter((path) => path.toLowerCase() !== "none")
      .map(expand),
    identitiesOnly: one("identitiesonly")?.toLowerCase() === "yes",
  };
}

/** Between the two, the one that stands first in the file holds; ssh-config does not tell which, ProxyJump is assumed. */
function refuseProxyCommand(file: string, host: string, command: string, jump: string | undefined): void {
  if (command === "" || command.toLowerCase() === "none" || jump !== undefined) return;
  throw new RemoteError("refused", host, `${file} reaches it by a ProxyCommand, which lkload does not run`, {
    hint: "give it a ProxyJump instead, there or as proxyJump of the host in lkload.yaml",
  });
}

/** `~` and the tokens of ssh_config(5) that make sense in paths. */
export function expandPath(path: string, known: { home: string; host?: string; user?: string; port?: string }): string {
  const tokens: Record<string, string | undefined> = {
    "%%": "%",
    "%d": known.home,
    "%h": known.host,
    "%r": known.user,
    "%p": known.port,
  };
  const tokensDone = path.replaceAll(/%./g, (token) => tokens[token] ?? token);
  return tokensDone.replace(/^~(?=\/|$)/, known.home);
}

/** The text with each Include replaced by the files that it names, followed by the header of the block it stood in. */
function withIncludes(file: string, home: string, depth: number): string {
  if (depth > MAX_INCLUDE_DEPTH) throw new Error(`more than ${MAX_INCLUDE_DEPTH} levels of Include`);
  let block = "Host *";
  const lines: string[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (/^\s*(host|match)[\s=]/i.test(line)) block = line;
    const include = /^\s*include[\s=]+(.*)$/i.exec(line)?.[1];
    if (include === undefined) {
      lines.push(line);
      continue;
    }
    for (const path of includedFiles(include, file, home)) lines.push(withIncludes(path, home, depth + 1));
    lines.push(block);
  }
  return lines.join("\n");
}

function includedFiles(words: string, from: string, home: string): string[] {
  const patterns = words.match(/"[^"]*"|\S+/g) ?? [];
  return patterns.flatMap((word) => {
    const path = expandPath(word.replaceAll('"', ""), { home });
    return globSync(isAbsolute(path) ? path : join(dirname(from), path)).sort();
  });
}
