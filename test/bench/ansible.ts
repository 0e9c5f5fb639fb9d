/**
 * Tuning, installing lk and arming it on 20 hosts, against Ansible doing the same on the same hosts. Both are measured
 * as commands, from their start to their exit.
 */
import { copyFile, glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { homedir } from "node:os";
import { join } from "node:path";
import { openFleet } from "../../src/fleet/open-fleet.ts";
import type { ConfiguredHost } from "../../src/metrics/raw.ts";
import { cleanupHost } from "../../src/playbook/cleanup.ts";
import { fanOut } from "../../src/remote/fan-out.ts";
import { HostPool } from "../../src/run/host-pool.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { startLabHosts, type LabHosts } from "../lab/hosts.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { AnsibleSide } from "./ansible/ansible-side.ts";
import { resolved, type Orders } from "./ansible/orders.ts";
import { settingsOf, type Settings } from "./ansible/settings.ts";
import { cpuTime, type CpuTime } from "./cpu-time.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { giveOwnFiles } from "./own-files.ts";
import { published } from "./published.ts";
import { median } from "./statistics.ts";
import { timedChild } from "./timed-child.ts";

const hosts = 20;
/** How often both are run when there is nothing to do. */
const againRounds = 3;
const startsInMs = 3600_000;
const lkloadSide = join(import.meta.dirname, "ansible", "lkload-side.ts");

export const ansible: Measurement = {
  name: "ansible",
  tools: ["ansible-playbook", "ip", "nft", "nsenter", "ssh", "sshd", "sysctl"],
  async run({ progress, signal }: BenchContext): Promise<Row[]> {
    const released = await ensureLk({ progress, signal });
    progress.say(`ansible: starting ${hosts} hosts`);
    await using lab = await startLabHosts({
      count: hosts,
      // Ansible's copy uses it.
      host: () => ({ sshdConfig: ["Subsystem sftp internal-sftp"] }),
      signal,
    });
    await using dir = await tempDir("bench-ansible");
    const lk = join(dir.path, "binary", "lk");
    await mkdir(join(dir.path, "binary"));
    await copyFile(released, lk);
    // Nothing is on the hosts before, the binary neither.
    await giveOwnFiles(lab, ["/var/tmp", "/opt", "/etc/sysctl.d", join(dir.path, "binary")]);
    await using _kernel = await keepSharedSettings();
    await using target = await listener(lab.controllerAddress);

    progress.say("ansible: compiling lkload as it is published");
    await mkdir(join(dir.path, "published"));
    const compiled = await published(join(dir.path, "published"), signal, [lkloadSide]);
    const orders = ordersOf(lab, { url: target.url, lk, dir: dir.path });
    const ordersFile = join(dir.path, "orders.json");
    await writeFile(ordersFile, JSON.stringify(orders), { mode: 0o600 });
    const timed = async <R extends { durationMs: number }>(who: string, run: () => Promise<R>): Promise<R & Cost> => {
      const before = await cpuTime(lab);
      const result = await run();
      const after = await cpuTime(lab);
      const cost: Cost = {
        seconds: result.durationMs / 1000,
        controllerSeconds: after.controllerSeconds - before.controllerSeconds,
        hostSeconds: after.hostSeconds - before.hostSeconds,
      };
      progress.say(`ansible: ${who}: ${cost.seconds.toFixed(1)} s`);
      return { ...result, ...cost };
    };

    const lkload = async (mode: "first" | "again") =>
      timed(`lkload, ${mode}`, () =>
        timedChild(process.execPath, [compiled(lkloadSide), ordersFile, mode], { signal }),
      );
    const first: Record<Side, Cost[]> = { lkload: [], ansible: [] };
    const again: Record<Side, Cost[]> = { lkload: [], ansible: [] };
    let settings: Settings;
    {
      await using _restored = { [Symbol.asyncDispose]: () => cleanUp(orders) };
      const run = await lkload("first");
      first.lkload.push(run);
      settings = settingsOf(configuredBy(run)[0] ?? raise("lkload configured no host"));
    }
    const side = await AnsibleSide.prepare(lab, { dir: join(dir.path, "ansible"), lk, orders, settings });
    await using _undone = { [Symbol.asyncDispose]: () => side.undo() };
    first.ansible.push(await timed("Ansible, first", () => side.run(signal)));
    await side.verify();

    // Both at home on the hosts now, each in a folder of its own: what else goes on meets them by turns.
    await using _restored = { [Symbol.asyncDispose]: () => cleanUp(orders) };
    await lkload("first");
    for (let round = 0; round < againRounds; round++) {
      for (let i = 0; i < 2; i++) {
        const run = await lkload("again");
        refuseChanges(configuredBy(run));
        again.lkload.push(run);
      }
      const run = await timed("Ansible, again", () => side.run(signal));
      if (run.changed > 0) raise(`the second time Ansible made ${run.changed} changes`);
      again.ansible.push(run);
    }
    const work = `tune, install lk, arm ${hosts} hosts`;
    return [row(`${work}: nothing to change`, again, 20), row(`${work}: everything`, first, 5)];
  },
};

type Side = "lkload" | "ansible";
type Cost = CpuTime & { seconds: number };

function configuredBy(run: { stdout: string }): ConfiguredHost[] {
  return JSON.parse(run.stdout) as ConfiguredHost[];
}

function refuseChanges(configured: readonly ConfiguredHost[]): void {
  const knobs = configured.flatMap(({ tuning }) => tuning.knobs.filter(({ state }) => state === "changed"));
  if (knobs.length > 0) raise(`the second time lkload changed ${knobs[0]?.name} again`);
}

function row(name: string, costs: Record<Side, readonly Cost[]>, times: number): Row {
  const middle = (side: Side, what: keyof Cost) => median(costs[side].map((cost) => cost[what]));
  const cpu = (what: keyof CpuTime) => {
    const [own, peer] = [middle("lkload", what), middle("ansible", what)];
    return `${own.toFixed(1)} s against ${peer.toFixed(1)} s (${(peer / own).toFixed(1)} ×)`;
  };
  return {
    name,
    unit: "s",
    measured: middle("lkload", "seconds"),
    peer: { name: "Ansible", value: middle("ansible", "seconds") },
    target: { kind: "times-faster", value: times },
    note:
      `whole commands, medians of ${costs.lkload.length} and ${costs.ansible.length}; CPU time on the controller ` +
      `${cpu("controllerSeconds")}, on all hosts together ${cpu("hostSeconds")}; ` +
      `Ansible with pipelining, ${hosts} forks, ControlPersist, without gathering facts`,
  };
}

function ordersOf(lab: LabHosts, options: { url: string; lk: string; dir: string }): Orders {
  const startAtMs = Date.now() + startsInMs;
  const secrets = { LIVEKIT_URL: options.url, LIVEKIT_API_KEY: "bench", LIVEKIT_API_SECRET: "nobody-is-ever-asked" };
  return {
    runId: `bench-${process.pid}`,
    config: {
      livekit: { url: options.url, cli: { version: lkVersion, source: "path", path: options.lk } },
      fleet: { hosts: lab.hosts.map(({ name, address, user }) => ({ name, address, user })) },
      ssh: { identityFile: lab.identityFile, knownHosts: lab.knownHostsFile, configFile: "/dev/null", agent: false },
      load: { participants: 100, duration: "5m" },
    },
    startAtMs,
    deadlineMs: startAtMs + startsInMs,
    deadManMs: startsInMs,
    secrets,
    // Empty at first: packing lk for the hosts counts.
    cacheDir: join(options.dir, "cache"),
  };
}

/** lkload's own way back to what was before. */
async function cleanUp(orders: Orders): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  const { config, inventory } = resolved(orders);
  const fleet = openFleet("hosts", inventory, { ssh: config.ssh, env: {}, home: homedir() });
  await using pool = new HostPool(fleet);
  const all = await fleet.hosts();
  const outcomes = await fanOut(all, { concurrency: 64, signal }, async (host) =>
    cleanupHost(await pool.get(host, signal), { runId: orders.runId, host: host.name, signal }),
  );
  const left = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? outcome.value.left : [String(outcome.reason)],
  );
  if (left.length > 0) throw new Error(`left on the hosts: ${left.join("; ")}`);
}

/** Settings of the kernel that lab hosts share with this machine, put back however the bench ends. */
async function keepSharedSettings(): Promise<AsyncDisposable> {
  const governors = await Array.fromAsync(glob("/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"));
  const files = ["/proc/sys/fs/nr_open", "/proc/sys/fs/file-max", ...governors];
  const before = await Promise.all(files.map(async (file) => ({ file, value: await readFile(file, "utf8") })));
  return {
    [Symbol.asyncDispose]: async () => {
      for (const { file, value } of before) {
        if ((await readFile(file, "utf8")) !== value) await writeFile(file, value);
      }
    },
  };
}

/** Something at the target's address that answers, for lkload's look whether hosts can reach it. */
async function listener(address: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((socket) => socket.end());
  server.listen(0, address);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    url: `http://${address}:${bound.port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

function raise(message: string): never {
  throw new Error(message);
}
