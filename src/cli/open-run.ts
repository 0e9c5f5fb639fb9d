/** Opens an earlier run from its folder: what `destroy` needs of it. */
import { noFlags } from "../config/flags.ts";
import { loadConfig } from "../config/load.ts";
import { Secret } from "../config/secret.ts";
import { LkloadError } from "../errors.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";
import { fleetOf, madeFleet } from "../fleet/open-fleet.ts";
import { hostsFileSchema, type FleetHost } from "../fleet/hosts-file.ts";
import { planSchema } from "../plan/plan.ts";
import { Target } from "../observe/target.ts";
import type { DestroyContext } from "../run/destroy.ts";
import type { Emit } from "../run/events.ts";
import type { RunFolder } from "../run/folder.ts";
import { HostPool } from "../run/host-pool.ts";
import { Journal } from "../run/journal.ts";
import { openRunLog } from "../run/log.ts";
import { readJsonIfThere } from "../run/store.ts";
import { readConfig, type Secrets } from "../run/stored-config.ts";

export type OpenedRun = AsyncDisposable & { context: DestroyContext; hosts: FleetHost[] };

export async function openRun(
  folder: RunFolder,
  invocation: Invocation,
  system: System,
  emit: Emit,
): Promise<OpenedRun> {
  const config = readConfig(folder.config, await secretsOfToday(invocation, system));
  const hosts = readJsonIfThere(folder.hosts, hostsFileSchema)?.hosts ?? [];
  const plan = readJsonIfThere(folder.plan, planSchema);
  const { env, home, cwd } = system;
  const made =
    plan && madeFleet({ config, plan, session: { env, home, cwd }, runDir: folder.dir, now: () => system.now() });
  const fleet = made ?? fleetOf(hosts, { ssh: config.ssh, env, home });
  const pool = new HostPool(fleet);
  const { url, apiKey, apiSecret } = config.livekit;
  const secrets = [apiSecret, config.ssh.passphrase].filter((secret) => secret !== undefined);
  const context: DestroyContext = {
    config,
    runId: folder.runId,
    folder,
    journal: new Journal(folder.journal, () => system.now()),
    pool,
    fleet,
    emit,
    log: openRunLog(folder.log, secrets),
    now: () => system.now(),
    target: url && apiKey && apiSecret ? new Target({ url, apiKey, apiSecret }) : null,
  };
  return { context, hosts, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
}

/** From the environment or the configuration file; cleaning up goes on without them where neither can be had. */
async function secretsOfToday(invocation: Invocation, system: System): Promise<Secrets> {
  const file = typeof invocation.options["config"] === "string" ? invocation.options["config"] : undefined;
  const fromEnv = (name: string) => (system.env[name] ? new Secret(system.env[name]) : undefined);
  try {
    const { config } = await loadConfig({ file, flags: noFlags, env: system.env, cwd: system.cwd });
    return { apiSecret: config.livekit.apiSecret, passphrase: config.ssh.passphrase };
  } catch (error) {
    if (!(error instanceof LkloadError)) throw error;
    return { apiSecret: fromEnv("LIVEKIT_API_SECRET"), passphrase: fromEnv("LKLOAD_SSH_PASSPHRASE") };
  }
}
