/** Watches the cluster while the load runs: a snapshot on each tick, events as they come, one file of lines. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { KubernetesLine, Snapshot } from "../../metrics/kubernetes/lines.ts";
import { everyInterval } from "../ticker.ts";
import { KubernetesClient } from "./client.ts";
import { KubernetesConnection, type KubernetesAccess } from "./connection.ts";
import { watchEvents } from "./event-watch.ts";
import { MetricsApi } from "./metrics-api.ts";
import { takeSnapshot, type Selectors } from "./snapshot.ts";

export const kubernetesIntervalMs = 10_000;

export type ObserveKubernetesOptions = {
  access: KubernetesAccess;
  selectors: Selectors;
  /** The NDJSON file to append to. */
  log: string;
  /** Default 10 s. A snapshot takes at most nine tenths of it. */
  intervalMs?: number;
  now: () => number;
  signal: AbortSignal;
  onSnapshot?: (snapshot: Snapshot) => void;
};

/**
 * Polls until the signal is aborted. A cluster that does not answer is recorded.
 * @throws {LkloadError} exit 5 when there is no cluster to ask: no such file, context or user
 */
export async function observeKubernetes(options: ObserveKubernetesOptions): Promise<void> {
  const { access, selectors, log, now, signal } = options;
  const intervalMs = options.intervalMs ?? kubernetesIntervalMs;
  mkdirSync(dirname(log), { recursive: true });
  const write = (line: KubernetesLine) => appendFileSync(log, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  using connection = await KubernetesConnection.open(access);
  const client = new KubernetesClient(connection);
  const metrics = new MetricsApi(client);
  const { namespace } = connection;
  const events = { client, sinceMs: now(), now, signal, onLine: write };
  // Events about nodes are kept in the namespace `default`.
  const watching = [watchEvents({ ...events, namespace })];
  if (namespace !== "default") watching.push(watchEvents({ ...events, namespace: "default", kinds: ["Node"] }));

  await everyInterval(intervalMs, signal, async () => {
    const timeout = AbortSignal.timeout(intervalMs * 0.9);
    const polling = AbortSignal.any([signal, timeout]);
    const snapshot = await takeSnapshot({ client, metrics, namespace, selectors, now, signal: polling });
    // What the end of the load cut short says nothing about the cluster.
    if (signal.aborted) return;
    write(snapshot);
    options.onSnapshot?.(snapshot);
  });
  await Promise.all(watching);
}
