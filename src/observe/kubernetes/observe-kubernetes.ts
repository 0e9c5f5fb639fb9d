/** Watches the cluster while the load runs: a snapshot on each tick, events as they come, one file of lines. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { KubernetesLine, PodSample, Snapshot } from "../../metrics/kubernetes/lines.ts";
import type { Scrape } from "../../metrics/raw.ts";
import { everyInterval } from "../ticker.ts";
import { KubernetesClient } from "./client.ts";
import { KubernetesConnection, type KubernetesAccess } from "./connection.ts";
import { watchEvents } from "./event-watch.ts";
import { MetricsApi } from "./metrics-api.ts";
import { scrapeAllPods, scrapePods, type PodMetrics } from "./pod-metrics.ts";
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
  /** The servers' own metrics, pod by pod. Left out: not asked for. */
  pods?: { metrics: PodMetrics; onScrapes: (scrapes: readonly Scrape[]) => void } | undefined;
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

  let known: readonly PodSample[] = [];
  // On a clock of their own: a pod that hangs must not hold up what is asked of the API server itself.
  const firstSeen = Promise.withResolvers<void>();
  const scraping = async ({ metrics: podMetrics, onScrapes }: NonNullable<ObserveKubernetesOptions["pods"]>) => {
    const options = { client, server: connection.server.origin, namespace, podMetrics, now };
    await firstSeen.promise;
    await everyInterval(intervalMs, signal, async () => {
      const polling = AbortSignal.any([signal, AbortSignal.timeout(intervalMs * 0.9)]);
      const scrapes = await scrapePods({ ...options, signal: polling }, known);
      if (!signal.aborted) onScrapes(scrapes);
    });
  };
  const scraped = options.pods === undefined ? undefined : scraping(options.pods);

  await everyInterval(intervalMs, signal, async () => {
    const timeout = AbortSignal.timeout(intervalMs * 0.9);
    const polling = AbortSignal.any([signal, timeout]);
    const snapshot = await takeSnapshot({ client, metrics, namespace, selectors, now, signal: polling });
    // What the end of the load cut short says nothing about the cluster.
    if (signal.aborted) return;
    write(snapshot);
    known = snapshot.pods.items ?? known;
    firstSeen.resolve();
    options.onSnapshot?.(snapshot);
  });
  firstSeen.resolve();
  await Promise.all([...watching, scraped]);
}

/**
 * One scrape of every server pod that is there now, apart from any watching.
 * @throws {LkloadError} exit 5 when there is no cluster to ask
 * @throws {ApiError} when it does not tell its pods
 */
export async function scrapePodsOnce(
  options: Pick<ObserveKubernetesOptions, "access" | "selectors" | "now" | "signal"> & { metrics: PodMetrics },
): Promise<Scrape[]> {
  using connection = await KubernetesConnection.open(options.access);
  return scrapeAllPods({
    client: new KubernetesClient(connection),
    server: connection.server.origin,
    namespace: connection.namespace,
    selector: options.selectors.server,
    podMetrics: options.metrics,
    now: options.now,
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(kubernetesIntervalMs * 0.9)]),
  });
}
