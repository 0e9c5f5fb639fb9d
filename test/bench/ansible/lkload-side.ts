/**
 * `node lkload-side.ts ORDERS.json first|again`: configures and arms the hosts as `lkload run` does it, from a new
 * process with new connections. `again`: everything is there already, which arming finds too.
 * Prints what configuring found on each host.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { Secret } from "../../../src/config/secret.ts";
import { openFleet } from "../../../src/fleet/open-fleet.ts";
import { segmentsTsv } from "../../../src/load/argv.ts";
import { configureHost } from "../../../src/playbook/configure.ts";
import { armHost, type ArmOrders } from "../../../src/playbook/generate.ts";
import { PlaybookError } from "../../../src/playbook/playbook.ts";
import { measureClock } from "../../../src/remote/clock.ts";
import { fanOut, type Outcome } from "../../../src/remote/fan-out.ts";
import type { Remote } from "../../../src/remote/remote.ts";
import { HostPool } from "../../../src/run/host-pool.ts";
import { resolved, type Orders } from "./orders.ts";

const [ordersFile = "", mode] = process.argv.slice(2);
const orders = JSON.parse(readFileSync(ordersFile, "utf8")) as Orders;
const { config, inventory, plan } = resolved(orders);
const controller = new AbortController();
process.once("SIGTERM", () => controller.abort(new Error("ended by SIGTERM")));
const { signal } = controller;
const { concurrency } = config.ssh;

const fleet = openFleet("hosts", inventory, { ssh: config.ssh, env: {}, home: homedir() });
await using pool = new HostPool(fleet);
const hosts = await fleet.hosts();

const configured = values(
  await fanOut(hosts, { concurrency, signal }, async (host) =>
    configureHost(await pool.get(host, signal), {
      config,
      runId: orders.runId,
      host: host.name,
      cacheDir: orders.cacheDir,
      signal,
    }),
  ),
);
const failed = configured.filter(({ status }) => status === "failed");
if (failed.length > 0) throw new Error(failed.map(({ name, error }) => `${name}: ${error}`).join("\n"));

// As src/run/clocks.ts: few at a time. A generator that runs already has its start by a clock that was measured then.
const clocks =
  mode === "first"
    ? values(
        await fanOut(hosts, { concurrency: 16, signal }, async (host) =>
          measureClock(await pool.get(host, signal), { signal }),
        ),
      )
    : [];
values(
  await fanOut(hosts, { concurrency, signal }, async (host, signal, index) => {
    const offsetMs = clocks[index]?.offsetMs ?? 0;
    await arm(await pool.get(host, signal), {
      runId: orders.runId,
      host: host.name,
      segmentsTsv: segmentsTsv(
        plan.segments.filter((segment) => segment.host === host.name),
        plan.lk,
        { lkVersion: config.livekit.cli.version },
      ),
      secrets: Object.fromEntries(Object.entries(orders.secrets).map(([name, value]) => [name, new Secret(value)])),
      startAtHostMs: orders.startAtMs + offsetMs,
      deadlineHostMs: orders.deadlineMs + offsetMs,
      deadManMs: orders.deadManMs,
      signal,
    });
  }),
);
process.stdout.write(JSON.stringify(configured));

async function arm(remote: Remote, order: ArmOrders): Promise<void> {
  if (mode === "first") {
    await armHost(remote, order);
    return;
  }
  const refusal = await armHost(remote, order).catch((error: unknown) => error);
  if (!(refusal instanceof PlaybookError && refusal.message.includes("already running"))) {
    throw new Error(`${remote.host}: expected a generator that runs already`, { cause: refusal });
  }
}

function values<T>(outcomes: readonly Outcome<T>[]): T[] {
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
