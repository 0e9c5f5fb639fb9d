import { exitCodes, LkloadError } from "../errors.ts";
import type { Provisioned } from "../fleet/fleet.ts";
import type { FleetHost } from "../fleet/hosts-file.ts";
import type { ConfiguredHost } from "../metrics/raw.ts";
import { configureHost, notConfigured } from "../playbook/configure.ts";
import { fanOut } from "../remote/fan-out.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";
import { writeJson } from "./store.ts";

/**
 * Checks, tunes and equips every host; `configured.json` has what was found and changed.
 * @returns the hosts that are ready, at least `plan.minHosts`
 * @throws {LkloadError} exit 5 when fewer are ready, naming each that is not
 */
export async function configure(
  context: RunContext,
  { hosts, failed: missing }: Pick<Provisioned, "hosts" | "failed">,
): Promise<FleetHost[]> {
  const { config, plan, folder, journal, pool, emit, signal } = context;
  const results = await fanOut(hosts, { concurrency: config.ssh.concurrency, signal }, async (host) => {
    const remote = await pool.get(host, signal);
    journal.write({ event: "host-intent", host: host.name });
    const configured = await configureHost(remote, {
      config,
      runId: plan.runId,
      host: host.name,
      signal,
      onStep: (step) => emit({ type: "host", phase: "configure", host: host.name, status: "started", detail: step }),
    });
    emit({
      type: "host",
      phase: "configure",
      host: host.name,
      status: configured.status === "ready" ? "done" : "failed",
      detail: configured.error ?? "ready",
    });
    return configured;
  });
  signal.throwIfAborted();
  const configured: ConfiguredHost[] = results.map((result, index) => {
    if (result.status === "fulfilled") return result.value;
    const name = hosts[index]?.name ?? "";
    const error = errorLine(result.reason, name);
    emit({ type: "host", phase: "configure", host: name, status: "failed", detail: error });
    return notConfigured(name, error);
  });
  configured.push(...missing.map(({ name, error }) => notConfigured(name, error)));
  writeJson(folder.configured, { schema: "lkload/configured", version: 1, hosts: configured });
  for (const host of configured) {
    for (const text of host.warnings) emit({ type: "warning", text, host: host.name });
  }

  const failed = configured.filter((host) => host.status === "failed");
  const ready = hosts.filter((host) => configured.some((c) => c.name === host.name && c.status === "ready"));
  if (ready.length < plan.minHosts) {
    throw new LkloadError(
      exitCodes.infrastructure,
      `${failed.length} of ${configured.length} hosts cannot be used:\n${failed.map((h) => `  ${h.name}: ${h.error}`).join("\n")}`,
      {
        hint:
          ready.length > 0
            ? `mend them, or go on with fewer by --min-hosts ${ready.length}`
            : "mend them; nothing was started",
      },
    );
  }
  for (const host of failed) {
    emit({ type: "warning", text: `not used: ${host.error}`, host: host.name });
  }
  return ready;
}
