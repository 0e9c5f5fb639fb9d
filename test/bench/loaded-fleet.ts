/** A run of many lab hosts up to its load, by lkload's own phases: for what has to be measured in the middle of it. */
import { readFile } from "node:fs/promises";
import { availableParallelism, homedir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { resolveInventory } from "../../src/config/inventory.ts";
import { resolveCounts } from "../../src/config/load-counts.ts";
import { configSchema, type Config } from "../../src/config/schema.ts";
import { Secret } from "../../src/config/secret.ts";
import { openFleet } from "../../src/fleet/open-fleet.ts";
import { splitStreamLine } from "../../src/load/stream-line.ts";
import { parseSupervisorLine, type SupervisorEvent } from "../../src/load/supervisor-line.ts";
import type { Armed } from "../../src/metrics/raw.ts";
import { Target } from "../../src/observe/target.ts";
import { buildPlan } from "../../src/plan/build-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { arm } from "../../src/run/arm.ts";
import { configure } from "../../src/run/configure.ts";
import type { RunContext } from "../../src/run/context.ts";
import { createRun } from "../../src/run/create-run.ts";
import { destroy } from "../../src/run/destroy.ts";
import { HostPool } from "../../src/run/host-pool.ts";
import { load, type LoadOutcome } from "../../src/run/load.ts";
import { provision } from "../../src/run/provision.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { startLabHosts, type LabHosts } from "../lab/hosts.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { tempDir } from "../lab/temp-dir.ts";
import type { BenchContext } from "./measurement.ts";
import { giveOwnFiles } from "./own-files.ts";

export type StampedEvent = { host: string; atMs: number; event: SupervisorEvent };

export interface LoadedFleet extends AsyncDisposable {
  readonly armed: Armed;
  readonly plan: Plan;
  /** Each host has one process of lk with one participant. */
  readonly hosts: readonly string[];
  /** Supervisors' events so far. Lab hosts share this machine's clock: their times can be compared as they are. */
  events(): Promise<StampedEvent[]>;
  /** Waits until `count` hosts have written a line that matches. @throws Error naming how many have, at the deadline */
  until(pattern: RegExp, count: number, deadlineMs: number): Promise<void>;
  /** What Ctrl-C does. */
  interrupt(): void;
  readonly ended: Promise<LoadOutcome>;
}

/** One subscriber per host, held until it is stopped. Kernels are left alone. */
function labConfig(lab: LabHosts, server: LivekitServer, lk: string, stagger: string): Config {
  return configSchema.parse({
    name: "bench",
    livekit: {
      url: server.url,
      apiKey: server.apiKey,
      apiSecret: server.apiSecret,
      cli: { version: lkVersion, source: "path", path: lk },
    },
    fleet: { hosts: lab.hosts.map((host) => ({ name: host.name, address: host.address, user: host.user })) },
    ssh: { identityFile: lab.identityFile, knownHosts: lab.knownHostsFile, configFile: "/dev/null", agent: false },
    load: { participants: 1, publishers: 0, subscribers: 1, duration: "10m", numPerSecond: 10, stagger },
    tuning: { enabled: false },
    run: { lead: "5s" },
  });
}

/** Starts hosts and server, and returns when the load is armed and followed; its start is still to come. */
export async function startLoadedFleet(
  count: number,
  { progress, signal }: BenchContext,
  options: { stagger?: string } = {},
): Promise<LoadedFleet> {
  await using resources = new AsyncDisposableStack();
  const lk = await ensureLk({ progress, signal });
  progress.say(`${count} hosts: starting`);
  const lab = resources.use(await startLabHosts({ count, signal }));
  await giveOwnFiles(lab, ["/var/tmp"]);
  const server = resources.use(await startLivekitServer({ bindAddress: lab.controllerAddress, signal }));
  const dir = resources.use(await tempDir("bench-run"));

  const config = labConfig(lab, server, lk, options.stagger ?? "0s");
  const inventory = resolveInventory(config);
  const runId = `bench-${process.pid}-${Date.now().toString(36)}`;
  const plan = buildPlan({ config, hosts: inventory, runId, counts: resolveCounts(config.load) });
  const fleet = openFleet("hosts", inventory, { ssh: config.ssh, env: {}, home: homedir() });
  const { folder, journal } = createRun({
    stateDir: dir.path,
    plan,
    config,
    command: "npm run bench",
    now: () => Date.now(),
    cores: availableParallelism(),
    nodeVersion: process.version,
    cwd: dir.path,
  });
  const interrupt = new AbortController();
  const pool = resources.use(new HostPool(fleet));
  const target = new Target({ url: server.url, apiKey: server.apiKey, apiSecret: new Secret(server.apiSecret) });
  const context: RunContext = {
    config,
    plan,
    folder,
    journal,
    fleet,
    pool,
    target,
    emit: () => undefined,
    log: pino({ enabled: false }),
    now: () => Date.now(),
    signal: AbortSignal.any([interrupt.signal, signal]),
    // The second Ctrl-C would skip the cleaning up, which a bench must not.
    forced: new AbortController().signal,
  };

  const provisioned = await provision(context);
  resources.defer(async () => {
    const { leftovers } = await destroy({ ...context, runId }, provisioned.hosts, AbortSignal.timeout(120_000));
    if (leftovers.length > 0) throw new Error(`left on the hosts: ${leftovers.join("; ")}`);
  });
  progress.say(`${count} hosts: configuring`);
  const ready = await configure(context, provisioned);
  progress.say(`${count} hosts: arming`);
  const { armed } = await arm(context, ready);
  const ended = load(context, ready, armed);
  resources.defer(async () => {
    interrupt.abort(new Error("the bench is over"));
    await ended.catch(() => undefined);
  });
  ended.catch(() => undefined);

  const streams = async () =>
    Promise.all(
      ready.map(async ({ name }) => ({ name, text: await readFile(folder.stream(name), "utf8").catch(() => "") })),
    );
  const kept = resources.move();
  return {
    armed,
    plan,
    hosts: ready.map(({ name }) => name),
    ended,
    interrupt: () => interrupt.abort(new Error("interrupted")),
    async events() {
      return (await streams()).flatMap(({ name, text }) => eventsOf(name, text));
    },
    async until(pattern, wanted, deadlineMs) {
      for (;;) {
        const matching = (await streams()).filter(({ text }) => pattern.test(text)).length;
        if (matching >= wanted) return;
        const remainingMs = deadlineMs - Date.now();
        if (remainingMs <= 0) throw new Error(`${matching} of ${wanted} hosts have written ${pattern.source} in time`);
        await delay(Math.min(500, remainingMs), undefined, { signal });
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function eventsOf(host: string, text: string): StampedEvent[] {
  return text.split("\n").flatMap((line) => {
    const stamped = splitStreamLine(line);
    const event = stamped?.source === "sup" ? parseSupervisorLine(stamped.text) : undefined;
    return stamped === undefined || event === undefined ? [] : [{ host, atMs: stamped.timeMs, event }];
  });
}
