import { exitCodes, LkloadError } from "../errors.ts";
import type { FleetHost } from "../fleet/hosts-file.ts";
import { segmentsTsv } from "../load/argv.ts";
import type { Armed } from "../metrics/raw.ts";
import { armHost } from "../playbook/generate.ts";
import { fanOut } from "../remote/fan-out.ts";
import { measureClocks } from "./clocks.ts";
import { configuredLk } from "./configured-lk.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";
import { writeJson } from "./store.ts";

/** After its planned end a host may take this long until lkload calls it late and its supervisor ends it. */
export const endGraceMs = 60_000;
/** Sending a host its orders takes a round trip or two; many hosts share this machine's cores. */
const armingMsPerHost = 60;

/** Late in a second: at its beginning the samplers of all hosts work, and then whoever follows what they write. */
function betweenSamples(epochMs: number): number {
  return Math.ceil((epochMs - 800) / 1000) * 1000 + 800;
}

/**
 * Measures every clock, picks a common start, and hands each host its orders for that moment by its own clock.
 * `armed.json` has the start and the clocks. A host that cannot be armed is left out, down to `plan.minHosts`.
 */
export async function arm(
  context: RunContext,
  hosts: readonly FleetHost[],
): Promise<{ armed: Armed; hosts: FleetHost[] }> {
  const { config, plan, folder, journal, pool, target, now, signal, emit } = context;
  const clocks = await measureClocks(context, hosts, signal);
  signal.throwIfAborted();
  journal.write({ event: "rooms-intent", rooms: plan.rooms.map((room) => room.name) });

  const startAtMs = betweenSamples(now() + config.run.lead + hosts.length * armingMsPerHost);
  const results = await fanOut(hosts, { concurrency: config.ssh.concurrency, signal }, async (host) => {
    const measured = clocks.find((c) => c.name === host.name);
    if (!measured?.clock) throw new Error(`its clock could not be measured: ${measured?.error ?? "no answer"}`);
    const startAtHostMs = startAtMs + measured.clock.offsetMs;
    const lk = configuredLk(context, host.name);
    await armHost(await pool.get(host, signal), {
      runId: plan.runId,
      host: host.name,
      segmentsTsv: segmentsTsv(
        plan.segments.filter((segment) => segment.host === host.name),
        plan.lk,
        { lkVersion: lk.version },
      ),
      secrets: target.secrets(),
      startAtHostMs,
      deadlineHostMs: startAtHostMs + plan.timing.totalMs + endGraceMs,
      deadManMs: config.run.deadMan,
      signal,
    });
    return startAtHostMs;
  });
  signal.throwIfAborted();

  const armed: Armed = {
    schema: "lkload/armed",
    version: 1,
    startAtMs,
    hosts: hosts.map((host, index) => {
      const result = results[index];
      const clock = clocks[index]?.clock ?? null;
      return result?.status === "fulfilled"
        ? { name: host.name, clock, startAtHostMs: result.value, error: null }
        : { name: host.name, clock, startAtHostMs: null, error: errorLine(result?.reason, host.name) };
    }),
  };
  writeJson(folder.armed, armed);

  const failed = armed.hosts.filter((host) => host.error !== null);
  const ready = hosts.filter((host) => armed.hosts.some((a) => a.name === host.name && a.error === null));
  if (ready.length < plan.minHosts) {
    throw new LkloadError(
      exitCodes.infrastructure,
      `${failed.length} of ${hosts.length} hosts could not be armed:\n${failed.map((h) => `  ${h.name}: ${h.error}`).join("\n")}`,
      { hint: "no load was started" },
    );
  }
  for (const host of failed) emit({ type: "warning", text: `not armed: ${host.error}`, host: host.name });
  if (now() > startAtMs) {
    const late = Math.round(now() - startAtMs);
    emit({ type: "warning", text: `arming took ${late} ms longer than the lead: raise run.lead`, host: null });
  }
  return { armed, hosts: ready };
}
