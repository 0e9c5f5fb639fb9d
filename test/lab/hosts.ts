/**
 * Real hosts on one machine: each a network namespace with an address, a real sshd and a host key of its own.
 *
 * They share this machine's kernel and file system. Processes that serve them (livekit-server, the test itself) run
 * outside and are reached at `controllerAddress`. Nothing leads on from there.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LAB_USER, setUpAccounts } from "./hosts/accounts.ts";
import { buildClockShim } from "./hosts/clock-shim.ts";
import { makeKeyPair, type KeyType } from "./hosts/key-pair.ts";
import { endAllIn, LabNet } from "./hosts/lab-net.ts";
import { startSshd } from "./hosts/sshd.ts";
import { requireTools, type Tool } from "./hosts/tools.ts";
import { runCommand } from "./run-command.ts";

export type LabHost = {
  name: string;
  address: string;
  port: 22;
  user: string;
  /** As in known_hosts: `ssh-ed25519 AAAA…`. */
  hostKey: string;
  namespace: string;
  /** Of sshd. */
  pid: number;
};

export type LabHostOptions = {
  /** How far the wall clock is off, for dynamically linked programs started over SSH (lk is not one). */
  clockOffsetSeconds?: number;
  /** Log in as a plain user, for whom `sudo -n` works or does not, instead of as root. */
  plainUser?: { sudo: boolean };
  /** Key types of the host, the first also in `hostKey`; default: ed25519 alone. */
  hostKeyTypes?: KeyType[];
  /** Root's ~/.bashrc. */
  bashrc?: string;
  /** Further lines of sshd_config; they win. */
  sshdConfig?: string[];
};

export type LabHostsOptions = {
  count: number;
  /** To and from each host. */
  bandwidthMbit?: number;
  /** What is special about the host at the index, from 0. */
  host?: (index: number) => LabHostOptions;
  signal?: AbortSignal;
};

export interface LabHosts extends AsyncDisposable {
  readonly hosts: readonly LabHost[];
  /** This machine, as the hosts see it. */
  readonly controllerAddress: string;
  /** Opens every host. */
  readonly identityFile: string;
  /** Has every host. */
  readonly knownHostsFile: string;
  /** For what a test leaves; removed with the hosts. */
  readonly dir: string;
  /** Loses that share of the UDP packets that this machine sends to the host, or (`up`) the host sends. 0: none. */
  loss(host: LabHost, percent: number, direction?: "down" | "up"): Promise<void>;
  /** UDP packets lost so far by {@link loss}, as counted by the packet filter since it was last set. */
  lost(host: LabHost, direction?: "down" | "up"): Promise<number>;
  /** Pulls the host's cable. */
  cut(host: LabHost): Promise<void>;
  /** Plugs it in again. */
  mend(host: LabHost): Promise<void>;
  /** Ends all processes of the host at once, sshd too. */
  kill(host: LabHost): Promise<void>;
  /** Starts the sshd of a host that was killed, with the same key: the host after its reboot. */
  revive(host: LabHost): Promise<void>;
  /** Runs a command on the host without SSH. */
  runOn(host: LabHost, command: string, ...args: string[]): Promise<string>;
}

/** @throws Error of one line when this machine lacks a tool */
export async function startLabHosts(options: LabHostsOptions): Promise<LabHosts> {
  const special = Array.from({ length: options.count }, (_, index) => options.host?.(index) ?? {});
  const { sshd } = await requireTools("ip", "nft", "sshd", ...toolsFor(special));
  await using cleanup = new AsyncDisposableStack();
  const net = cleanup.use(await LabNet.create(options.signal ?? AbortSignal.timeout(120_000)));
  // The keys in it are 0600; a plain user's sshd session must be able to get to the rest.
  await chmod(net.stateDir, 0o755);

  const pair = await makeKeyPair(net.stateDir);
  const identityFile = join(net.stateDir, "identity");
  await writeFile(identityFile, pair.private, { mode: 0o600 });
  await writeFile(`${identityFile}.pub`, `${pair.public}\n`);

  const children = new Map<LabHost, ChildProcess>();
  const starts = new Map<LabHost, () => Promise<ChildProcess>>();
  cleanup.defer(async () => {
    const ends = [...children.values()].map((child) => endOf(child));
    await Promise.all([...children.keys()].map((host) => endAllIn(host.namespace)));
    await Promise.all(ends);
  });
  const hosts = await Promise.all(
    special.map(async (special, index) => {
      await net.addNamespace(index);
      if (options.bandwidthMbit !== undefined) await limitBandwidth(net, index, options.bandwidthMbit);
      const { host, child, start } = await startHost(net, index, special, sshd, pair.public);
      children.set(host, child);
      starts.set(host, start);
      return host;
    }),
  );

  const knownHostsFile = join(net.stateDir, "known_hosts");
  await writeFile(knownHostsFile, hosts.map((host) => `${host.address} ${host.hostKey}\n`).join(""));

  const kept = cleanup.move();
  const runOn = (host: LabHost, command: string, ...args: string[]) =>
    runCommand("ip", ["netns", "exec", host.namespace, command, ...args]);
  const nft = (host: LabHost, direction: "down" | "up", ...args: string[]) =>
    direction === "up" ? runOn(host, "nft", ...args) : runCommand("nft", args);
  const chain = (host: LabHost) => `inet ${net.bridge} ${host.name}`;
  return {
    hosts,
    controllerAddress: net.controllerAddress,
    identityFile,
    knownHostsFile,
    dir: net.stateDir,
    async loss(host, percent, direction = "down") {
      const to = direction === "down" ? host.address : net.controllerAddress;
      // At the sender, so that a capture at the receiver sees the loss.
      const commands = [
        `add table inet ${net.bridge}`,
        `add chain ${chain(host)} { type filter hook output priority 0; }`,
        `flush chain ${chain(host)}`,
        `add rule ${chain(host)} ip daddr ${to} meta l4proto udp ${chance(percent)} counter drop`,
      ];
      await nft(host, direction, commands.slice(0, percent > 0 ? 4 : 3).join("; "));
    },
    async lost(host, direction = "down") {
      const listing = await nft(host, direction, `list chain ${chain(host)}`);
      return Number(/counter packets (\d+)/.exec(listing)?.[1] ?? 0);
    },
    cut: (host) => net.batch([`link set ${host.namespace} down`]),
    mend: (host) => net.batch([`link set ${host.namespace} up`]),
    kill: (host) => endAllIn(host.namespace),
    revive: async (host) => {
      const start = starts.get(host);
      if (start === undefined) throw new Error(`${host.name} is not of this lab`);
      children.set(host, await start());
    },
    runOn,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function toolsFor(special: readonly LabHostOptions[]): Tool[] {
  return [
    ...(special.some((host) => host.clockOffsetSeconds !== undefined) ? (["cc"] as const) : []),
    ...(special.some((host) => host.plainUser?.sudo) ? (["sudo"] as const) : []),
  ];
}

/** nft's random numbers are whole: a share in hundredths of a percent. */
function chance(percent: number): string {
  return percent >= 100 ? "" : `numgen random mod 10000 < ${Math.round(percent * 100)}`;
}

async function startHost(
  net: LabNet,
  index: number,
  special: LabHostOptions,
  sshd: string,
  authorizedKeys: string,
): Promise<{ host: LabHost; child: ChildProcess; start: () => Promise<ChildProcess> }> {
  const name = `host-${index + 1}`;
  const namespace = net.namespace(index);
  const address = net.address(index);
  const dir = join(net.stateDir, name);
  await mkdir(dir);
  const types = special.hostKeyTypes ?? ["ed25519"];
  const keys = await Promise.all(types.map((type) => makeKeyPair(dir, type)));
  await setUpAccounts(namespace, dir, { sudo: special.plainUser?.sudo ?? false, bashrc: special.bashrc ?? "" });
  const config = [...(special.sshdConfig ?? [])];
  if (special.clockOffsetSeconds !== undefined) {
    config.push(`SetEnv LD_PRELOAD=${await buildClockShim(dir, special.clockOffsetSeconds)}`);
  }
  const hostKeys = keys.map((pair) => pair.private);
  const start = () => startSshd({ sshd, namespace, address, dir, authorizedKeys, hostKeys, config });
  const child = await start();
  const hostKey = keys[0]?.public ?? "";
  const user = special.plainUser === undefined ? "root" : LAB_USER;
  return { host: { name, address, port: 22, user, hostKey, namespace, pid: child.pid }, child, start };
}

async function limitBandwidth(net: LabNet, index: number, mbit: number): Promise<void> {
  const limit = ["root", "tbf", "rate", `${mbit}mbit`, "burst", "64kb", "latency", "200ms"];
  await runCommand("tc", ["qdisc", "add", "dev", net.link(index), ...limit]);
  await runCommand("tc", ["-n", net.namespace(index), "qdisc", "add", "dev", "eth0", ...limit]);
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
