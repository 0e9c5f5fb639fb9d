/** Opens an earlier run from its folder: what `destroy` needs of it. */
import type { System } from "./system.ts";
import { fleetOf } from "../fleet/open-fleet.ts";
import { hostsFileSchema, type FleetHost } from "../fleet/hosts-file.ts";
import { Target } from "../observe/target.ts";
import type { DestroyContext } from "../run/destroy.ts";
import type { Emit } from "../run/events.ts";
import type { RunFolder } from "../run/folder.ts";
import { HostPool } from "../run/host-pool.ts";
import { Journal } from "../run/journal.ts";
import { openRunLog } from "../run/log.ts";
import { readJsonIfThere } from "../run/store.ts";
import { readConfig } from "../run/stored-config.ts";

export type OpenedRun = AsyncDisposable & { context: DestroyContext; hosts: FleetHost[] };

export function openRun(folder: RunFolder, system: System, emit: Emit): OpenedRun {
  const config = readConfig(folder.config, system.env);
  const hosts = readJsonIfThere(folder.hosts, hostsFileSchema)?.hosts ?? [];
  const fleet = fleetOf(hosts, { ssh: config.ssh, env: system.env, home: system.home });
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
