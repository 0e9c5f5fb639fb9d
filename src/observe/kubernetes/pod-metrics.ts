/** Prometheus metrics of each server pod, through the API server's proxy to pods: no way into the cluster is needed. */
import { keepLine } from "../../metrics/prometheus.ts";
import type { PodSample } from "../../metrics/kubernetes/lines.ts";
import type { Scrape } from "../../metrics/raw.ts";
import { apiErrorText } from "./api-error.ts";
import type { ApiPod } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { trimPod } from "./trim-pod.ts";

export type PodMetrics = {
  /** Default: the container port named `metrics`. */
  port?: number | undefined;
  path: string;
};

export type ScrapeOptions = {
  client: KubernetesClient;
  /** The API server, for the address that is told. */
  server: string;
  namespace: string;
  podMetrics: PodMetrics;
  now: () => number;
  /** Bounds all of it. */
  signal: AbortSignal;
};

/** Asked at the same time; the API server has a limit of its own. */
const concurrency = 16;

/** Those that can answer: server pods that run, Terminating ones too, since they serve their rooms to the end. */
export function scrapedPods(pods: readonly PodSample[]): PodSample[] {
  return pods.filter(({ component, phase, ip }) => component === "server" && phase === "Running" && ip !== null);
}

/** One scrape of every pod; a failed one is a sample too, with its error. */
export async function scrapePods(options: ScrapeOptions, pods: readonly PodSample[]): Promise<Scrape[]> {
  const waiting = [...scrapedPods(pods).entries()];
  const scrapes: Scrape[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      scrapes[next[0]] = await scrapePod(options, next[1]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return scrapes;
}

/**
 * The same for all that there are now.
 * @throws {ApiError} when the API server does not tell them
 */
export async function scrapeAllPods(options: ScrapeOptions & { selector: string }): Promise<Scrape[]> {
  const { client, namespace, selector, signal } = options;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = { labelSelector: selector };
  const { items } = await client.list(path, { query, signal }, (item) => trimPod(item as ApiPod, "server"));
  return scrapePods(options, items);
}

async function scrapePod(options: ScrapeOptions, pod: PodSample): Promise<Scrape> {
  const { client, server, namespace, podMetrics, now, signal } = options;
  const port = podMetrics.port ?? pod.metricsPort;
  const name = `${encodeURIComponent(pod.name)}${port === null ? "" : `:${port}`}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${name}/proxy${podMetrics.path}`;
  const polledAtMs = now();
  const started = performance.now();
  const sample = (text: string | null, error: string | null): Scrape => ({
    polledAtMs,
    tookMs: Math.round(performance.now() - started),
    url: `${server}${path}`,
    pod: { name: pod.name, uid: pod.uid, node: pod.node },
    text,
    error,
  });
  if (port === null) {
    return sample(null, "it has no container port named metrics: set kubernetes.podMetrics.port");
  }
  try {
    const text = await client.text(path, { signal });
    return sample(text.split("\n").filter(keepLine).join("\n"), null);
  } catch (error) {
    return sample(null, apiErrorText(error));
  }
}
