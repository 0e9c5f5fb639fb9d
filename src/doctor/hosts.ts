/** The machines that generate load, as far as they are there already: keys to get in, and what is found inside. */
import { userInfo } from "node:os";
import { formatAddress } from "../config/address.ts";
import { resolveInventory, type InventoryHost } from "../config/inventory.ts";
import type { Config } from "../config/schema.ts";
import { sshSettings, type FleetSettings } from "../fleet/fleet-settings.ts";
import { openFleet } from "../fleet/open-fleet.ts";
import { bashCommand } from "../remote/bash.ts";
import { measureClock } from "../remote/clock.ts";
import { Slots } from "../remote/slots.ts";
import type { Remote } from "../remote/remote.ts";
import { notApplicable, ok, problem, type Check, type CheckOutcome } from "./check.ts";
import { lkOnHost } from "./lk.ts";

const group = "Hosts";

export type HostCheckOptions = { config: Config; settings: FleetSettings };

/** @throws {ConfigError} for a host list that is wrong */
export function hostChecks({ config, settings }: HostCheckOptions): Check[] {
  const { kind } = config.fleet;
  if (kind === undefined) {
    const remedy = "name the machines that generate load with --hosts or fleet.hosts, or use --local";
    return [{ group, name: "fleet", run: async () => problem("no machine that generates load is named", remedy) }];
  }
  // VMs are not there yet.
  if (kind === "openstack") return [];
  const inventory = kind === "hosts" ? resolveInventory(config, { userName: userInfo().username }) : [];
  const fleet = openFleet(kind, inventory, settings);
  const { concurrency, connectTimeout } = config.ssh;
  const slots = new Slots(concurrency);
  const names = kind === "hosts" ? inventory.map(({ name }) => name) : ["local"];
  // Those that wait for a slot are on time, too.
  const deadlineMs = (connectTimeout + 20_000) * Math.max(1, Math.ceil(names.length / concurrency));
  return [
    { group, name: "SSH keys", run: () => sshKeys(inventory, settings) },
    ...names.map((name, index): Check => {
      const run = async (signal: AbortSignal) => {
        const host = (await fleet.hosts())[index];
        if (host === undefined) throw new RangeError(`no host ${name}`);
        const giveBack = await slots.take(signal);
        try {
          await using remote = await fleet.open(host, signal);
          const { user, address, port } = host;
          const shown = kind === "hosts" ? `${formatAddress({ user, host: address, port })}: ` : "";
          return await inspect(remote, { config, signal, shown });
        } finally {
          giveBack();
        }
      };
      return { group, name, deadlineMs, run };
    }),
  ];
}

/** The agent and the key files, as each login would try them. */
async function sshKeys(inventory: readonly InventoryHost[], settings: FleetSettings): Promise<CheckOutcome> {
  if (inventory.length === 0) return notApplicable("this machine needs none");
  const [{ prepareAuthentication }, { resolveTarget }] = await Promise.all([
    import("../remote/ssh-auth.ts"),
    import("../remote/ssh-target.ts"),
  ]);
  const ssh = sshSettings(settings);
  const targets = inventory.map((host) => resolveTarget(host, ssh));
  const logins = new Map(
    targets.map((target) => [JSON.stringify([target.identityFiles, target.identitiesOnly]), target]),
  );
  const prepared = await Promise.all([...logins.values()].map((target) => prepareAuthentication(target, ssh)));
  const tried = new Set(prepared.flatMap((one) => one.tried));
  const noAgent = ssh.agent && ssh.agentSocket === undefined ? "no agent (SSH_AUTH_SOCK is not set); " : "";
  return ok(`${noAgent}${[...tried].join(", ")}`);
}

/** Prints what it is, one fact per line. Changes nothing. */
const look = `uname -sm; echo "\${BASH_VERSION-}"; getconf _NPROCESSORS_ONLN
df -Pk /var/tmp | awk 'NR == 2 { print $4 }'`;
/** lk, its archive, the logs of an hour. */
const neededKb = 500_000;

type InspectOptions = { config: Config; signal: AbortSignal; shown: string };

async function inspect(remote: Remote, { config, signal, shown }: InspectOptions): Promise<CheckOutcome> {
  const { exitCode, stdout, stderr } = await remote.exec([...bashCommand, look], { signal });
  const [system = "", bash = "", cores = "", freeKb = ""] = stdout.trim().split("\n");
  if (exitCode === 127) return problem(`${shown}bash is not installed`, "install bash on the host");
  if (exitCode !== 0) return problem(`${shown}${stderr.trim()}`, "log in and look");
  if (!system.startsWith("Linux ")) return problem(`${shown}${system}`, "use a Linux machine");
  if (Number(freeKb) < neededKb) {
    return problem(`${shown}${Math.round(Number(freeKb) / 1000)} MB free in /var/tmp`, "make room on the host");
  }
  const lk = await lkOnHost(remote, config, signal);
  if (lk !== null) return problem(`${shown}${lk}`, "set livekit.cli.source to push, or open the way for the host");
  const clock = await measureClock(remote, { rounds: 5, signal });
  const root = { root: "root", sudo: "sudo works", no: "no root, so its kernel stays as it is" }[remote.privileged];
  const difference = `clock ${signed(clock.offsetMs)} ± ${clock.errorMs.toFixed(1)} ms`;
  return ok(`${shown}${system}, bash ${bash.split("(")[0]}, ${cores} cores, ${root}, ${difference}`);
}

const signed = (ms: number) => `${ms < 0 ? "−" : "+"}${Math.abs(ms).toFixed(1)}`;
