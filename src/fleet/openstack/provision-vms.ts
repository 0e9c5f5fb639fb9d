/** Makes the VMs of a run, in all its clouds at once, and waits until they can be worked with. */
import { writeFile } from "node:fs/promises";
import { exitCodes, LkloadError } from "../../errors.ts";
import { fanOut } from "../../remote/fan-out.ts";
import { knownHostsName } from "../../remote/known-hosts.ts";
import { RemoteError } from "../../remote/remote.ts";
import type { BootTimes, Fleet, FleetContext, Provisioned } from "../fleet.ts";
import type { FleetHost } from "../hosts-file.ts";
import { makeVms, type MadeVms } from "./make-vms.ts";
import { marksOf, type OpenstackSettings } from "./openstack-settings.ts";
import { placesOf, sshFiles, type Place } from "./places.ts";
import { reachOf, type Reach } from "./reach.ts";
import { waitUntilReady } from "./ready.ts";
import type { Cloud } from "./rest/cloud.ts";
import { waitForHostKeys } from "./rest/console-host-keys.ts";
import type { RunKeys } from "./run-key.ts";
import { makeRunKeys } from "./run-key-files.ts";

/** A VM while it boots. */
type Boot = {
  host: string;
  vm: string;
  createMs: number | null;
  /** By performance.now(). */
  madeAtMs: number | null;
  keys: Promise<string[]> | null;
};

/** @throws LkloadError exit 5 when fewer VMs than needed can be used, naming each that can't with its reason */
export async function provisionVms(
  settings: OpenstackSettings,
  context: FleetContext,
  open: Fleet["open"],
): Promise<Provisioned> {
  const over = new AbortController();
  try {
    return await makeAndBoot(settings, { ...context, signal: AbortSignal.any([context.signal, over.signal]) }, open);
  } finally {
    // Consoles of VMs that are not waited for any more are not read to the end of their time, either.
    over.abort();
  }
}

async function makeAndBoot(
  settings: OpenstackSettings,
  context: FleetContext,
  open: Fleet["open"],
): Promise<Provisioned> {
  const places = placesOf(settings.plan, context.runDir);
  const marks = marksOf(settings);
  const keys = await makeRunKeys(settings, context.runDir);
  const boots = new Map<string, Boot>();
  for (const { host, name } of places.flatMap((place) => place.plan.vms)) {
    boots.set(name, { host, vm: name, createMs: null, madeAtMs: null, keys: null });
  }
  const outcomes = await fanOut(places, { concurrency: places.length, signal: context.signal }, (place) =>
    makeVms({
      settings,
      context,
      place,
      marks,
      keys,
      onServer: (vm, cloud) => beginBoot(boots, vm, { settings, context, cloud, keys }),
    }),
  );
  context.signal.throwIfAborted();
  const failed: Provisioned["failed"] = [];
  const made: MadeVms[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const place = places[index]!;
    if (outcome.status === "fulfilled") made.push(outcome.value);
    else if (places.length === 1) throw outcome.reason;
    else failed.push(...place.plan.vms.map(({ host }) => ({ name: host, error: messageOf(outcome.reason) })));
    if (outcome.status === "fulfilled") failed.push(...missing(place, outcome.value));
  }
  needEnough(settings, failed);

  const reached = made.flatMap(({ vms }) => reachOf(vms));
  const total = settings.plan.clouds.reduce((sum, cloud) => sum + cloud.vms.length, 0);
  const times: BootTimes[] = [];
  const jumps = new Map(reached.map((reach) => [reach.name, reach]));
  const ready = await fanOut(reached, { concurrency: settings.ssh.concurrency, signal: context.signal }, (reach) =>
    bootOne({ settings, context, open, boots, jumps, keys, times }, reach),
  );
  context.signal.throwIfAborted();
  const hosts: FleetHost[] = [];
  for (const [index, outcome] of ready.entries()) {
    const name = boots.get(reached[index]!.name)!.host;
    if (outcome.status === "fulfilled") hosts.push(outcome.value);
    else {
      // The host's name stands beside it wherever it is shown.
      const error = messageOf(outcome.reason).replace(`${name}: `, "");
      failed.push({ name, error });
      context.tell({ type: "host", host: name, status: "failed", detail: error });
    }
  }
  needEnough(settings, failed);
  if (hosts.length < total) {
    context.tell({ type: "warning", text: `${hosts.length} of ${total} VMs can be used: going on with them` });
  }
  return { hosts: hosts.sort((a, b) => (a.name < b.name ? -1 : 1)), failed, boots: times };
}

type BeginBoot = { settings: OpenstackSettings; context: FleetContext; cloud: Cloud; keys: RunKeys };

/** Its console is read while terraform is still at work on others. */
function beginBoot(
  boots: Map<string, Boot>,
  vm: { name: string; id: string; createMs: number },
  { settings, context, cloud, keys }: BeginBoot,
): void {
  const boot = boots.get(vm.name);
  if (boot === undefined) return;
  boot.createMs = vm.createMs;
  boot.madeAtMs = performance.now();
  if (keys.host !== null) return;
  boot.keys = waitForHostKeys(cloud, vm, { signal: context.signal, timeoutMs: settings.openstack.bootTimeout });
  boot.keys.catch(() => undefined);
}

type BootOne = {
  settings: OpenstackSettings;
  context: FleetContext;
  open: Fleet["open"];
  boots: ReadonlyMap<string, Boot>;
  /** By the VMs' names. */
  jumps: ReadonlyMap<string, Reach>;
  keys: RunKeys;
  times: BootTimes[];
};

/** Host key known → SSH answers with it → cloud-init done. */
async function bootOne(options: BootOne, { name, address, via }: Reach): Promise<FleetHost> {
  const { settings, context, open, boots, jumps, keys, times } = options;
  const { signal } = context;
  const boot = boots.get(name)!;
  const madeAtMs = boot.madeAtMs ?? performance.now();
  const time: BootTimes = { host: boot.host, vm: name, createMs: boot.createMs, sshMs: null, readyMs: null };
  times.push(time);
  const hostKey = await pinned(boot, keys);
  await pin(context.runDir, address, hostKey);
  const jump = via === null ? undefined : jumps.get(via);
  // Whoever comes first: the jump host is not contacted before its key is known, either.
  if (jump !== undefined) await pin(context.runDir, jump.address, await pinned(boots.get(jump.name)!, keys));
  const { user } = settings.openstack;
  const host: FleetHost = {
    name: boot.host,
    kind: "ssh",
    address,
    port: 22,
    user,
    hostKey,
    identityFile: null,
    proxyJump: jump === undefined ? null : `${user}@${bracketed(jump.address)}:22`,
  };
  await using _remote = await waitUntilReady((signal) => open(host, signal), {
    signal,
    timeoutMs: Math.max(1000, madeAtMs + settings.openstack.bootTimeout - performance.now()),
    onSsh: () => {
      time.sshMs = Math.round(performance.now() - madeAtMs);
      context.tell({ type: "host", host: boot.host, status: "started", detail: "SSH answers, waiting for cloud-init" });
    },
  });
  time.readyMs = Math.round(performance.now() - madeAtMs);
  const detail = `${name} at ${address}: SSH after ${seconds(time.sshMs)}, ready after ${seconds(time.readyMs)}`;
  context.tell({ type: "host", host: boot.host, status: "done", detail });
  return host;
}

/** ed25519 where there is one, as all images of today have. */
async function pinned(boot: Boot, { host }: RunKeys): Promise<string> {
  if (host !== null) return host.publicKey.split(" ").slice(0, 2).join(" ");
  const keys = (await boot.keys) ?? [];
  const key = keys.find((key) => key.startsWith("ssh-ed25519 ")) ?? keys[0];
  if (key !== undefined) return key;
  throw new LkloadError(exitCodes.infrastructure, `${boot.vm}: its host key is not known`);
}

/** For jump hosts, and for people who log in by hand. One line at a time: appends do not mix. */
async function pin(runDir: string, address: string, hostKey: string): Promise<void> {
  await writeFile(sshFiles(runDir).knownHosts, `${knownHostsName(address, 22)} ${hostKey}\n`, {
    flag: "a",
    mode: 0o600,
  });
}

/** VMs of the plan that were not made. */
function missing({ plan }: Place, { vms, failure }: MadeVms): Provisioned["failed"] {
  const there = new Set(vms.map(({ name }) => name));
  const reason = failure === null ? "it was not made" : failure.message;
  return plan.vms.filter(({ name }) => !there.has(name)).map(({ host }) => ({ name: host, error: reason }));
}

/** @throws LkloadError with all reasons, each once */
function needEnough({ plan, minHosts }: OpenstackSettings, failed: Provisioned["failed"]): void {
  const total = plan.clouds.reduce((sum, cloud) => sum + cloud.vms.length, 0);
  const usable = total - failed.length;
  if (usable >= minHosts) return;
  const byReason = [...Map.groupBy(failed, ({ error }) => error)];
  const lines = byReason.map(([error, hosts]) => `  ${listed(hosts.map(({ name }) => name))}: ${error}`);
  throw new LkloadError(
    exitCodes.infrastructure,
    `${failed.length} of ${total} VMs cannot be used:\n${lines.join("\n")}`,
    { hint: usable > 0 ? `mend it, or go on with fewer by --min-vms ${usable}` : "no load was started" },
  );
}

function listed(names: readonly string[]): string {
  return names.length > 4 ? `${names.length} VMs (${names.slice(0, 2).join(", ")}, …)` : names.join(", ");
}

function messageOf(error: unknown): string {
  const hint = error instanceof LkloadError || error instanceof RemoteError ? error.hint : undefined;
  const text = error instanceof Error ? error.message : String(error);
  return hint === undefined ? text : `${text} (${hint})`;
}

const bracketed = (address: string) => (address.includes(":") ? `[${address}]` : address);
const seconds = (ms: number | null) => (ms === null ? "?" : `${Math.round(ms / 1000)} s`);
