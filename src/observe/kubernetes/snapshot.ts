/** One look at the cluster: everything at once, each kind by itself, so that one that fails takes no other with it. */
import {
  componentSchema,
  type Component,
  type PartError,
  type PodSample,
  type Snapshot,
  type UsageSample,
} from "../../metrics/kubernetes/lines.ts";
import { ApiError, apiErrorText } from "./api-error.ts";
import type { ApiDeployment, ApiHpa, ApiNode, ApiPod } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { anyOf, labelSelector } from "../../config/label-selector.ts";
import type { MetricsApi } from "./metrics-api.ts";
import { trimDeployment, trimHpa, type ComponentOf } from "./trim-hpa.ts";
import { trimNode } from "./trim-node.ts";
import { trimNodeMetrics, trimPod, trimPodMetrics } from "./trim-pod.ts";

/** A label selector for the pods of each component. */
export type Selectors = Readonly<Record<Component, string>>;

export const defaultSelectors: Selectors = {
  server: "app.kubernetes.io/name=livekit-server",
  ingress: "app.kubernetes.io/name=ingress",
  egress: "app.kubernetes.io/name=egress",
};

export type SnapshotOptions = {
  client: KubernetesClient;
  metrics: MetricsApi;
  namespace: string;
  selectors: Selectors;
  now: () => number;
  /** Bounds the whole snapshot. */
  signal: AbortSignal;
};

const components = componentSchema.options;

export async function takeSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { client, metrics, namespace, selectors, now, signal } = options;
  const polledAtMs = now();
  const startedAt = performance.now();
  const componentOf = componentsBy(selectors);
  const inNamespace = (group: string, kind: string) => `${group}/namespaces/${encodeURIComponent(namespace)}/${kind}`;

  const list = async <Item>(path: string, trim: (item: never) => Item | undefined, labelSelector?: string) => {
    const query = labelSelector === undefined ? {} : { labelSelector };
    const { items } = await client.list(path, { query, signal }, (item) => trim(item as never));
    return items;
  };
  // The server looks at every pod for each list: one list for all is a third of its work.
  const all = anyOf(Object.values(selectors));
  const ofComponents = async <Item>(read: (selector: string, component: Component | null) => Promise<Item[]>) => {
    if (all !== null) return read(all, null);
    const lists = await Promise.all(components.map((component) => read(selectors[component], component)));
    return lists.flat();
  };
  const usages = async (read: (base: string) => Promise<UsageSample[]>) => {
    try {
      return await read(await metrics.path(signal));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) metrics.forget();
      throw error;
    }
  };

  const deployments = part(
    list(inNamespace("/apis/apps/v1", "deployments"), (item: ApiDeployment) => trimDeployment(item, componentOf)),
  );
  const [hpas, pods, podMetrics, nodes, nodeMetrics] = await Promise.all([
    part(
      list(inNamespace("/apis/autoscaling/v2", "horizontalpodautoscalers"), (item: ApiHpa) =>
        trimHpa(item, componentOf(item.metadata?.labels ?? {})),
      ),
    ),
    part(
      ofComponents((selector, component) => {
        const trim = (item: ApiPod) => {
          const own = component ?? componentOf(item.metadata?.labels ?? {});
          return own === null ? undefined : trimPod(item, own);
        };
        return list(inNamespace("/api/v1", "pods"), trim, selector);
      }),
    ),
    part(usages((base) => ofComponents((selector) => list(inNamespace(base, "pods"), trimPodMetrics, selector)))),
    part(list("/api/v1/nodes", (item: ApiNode) => trimNode(item))),
    part(usages((base) => list(`${base}/nodes`, trimNodeMetrics))),
  ]);
  const known = await deployments;
  const scaled = new Map((known.items ?? []).map(({ name, component }) => [name, component]));
  return {
    schema: "lkload/kubernetes",
    version: 1,
    kind: "snapshot",
    polledAtMs,
    tookMs: Math.round(performance.now() - startedAt),
    hpas: {
      ...hpas,
      // An HPA rarely has labels of its own: it is about what it scales.
      items:
        hpas.items?.map((hpa) => Object.assign(hpa, { component: scaled.get(hpa.target) ?? hpa.component })) ?? null,
    },
    deployments: known,
    pods: { ...pods, items: pods.items === null ? null : once(pods.items) },
    podMetrics: { ...podMetrics, items: podMetrics.items === null ? null : onceByName(podMetrics.items) },
    nodes,
    nodeMetrics,
  };
}

/** The first component whose selector fits. */
export function componentsBy(selectors: Selectors): ComponentOf {
  const matchers = components.map((component) => [component, labelSelector(selectors[component])] as const);
  return (labels) => matchers.find(([, matches]) => matches(labels))?.[0] ?? null;
}

async function part<Item>(reading: Promise<Item[]>): Promise<{ items: Item[] | null; error: PartError | null }> {
  try {
    return { items: await reading, error: null };
  } catch (error) {
    return {
      items: null,
      error: { status: error instanceof ApiError ? error.status : null, text: apiErrorText(error) },
    };
  }
}

/** A pod that two selectors fit counts as the first one's. */
function once(pods: readonly PodSample[]): PodSample[] {
  return [...new Map(pods.toReversed().map((pod) => [pod.uid, pod])).values()].toReversed();
}

function onceByName(samples: readonly UsageSample[]): UsageSample[] {
  return [...new Map(samples.map((sample) => [sample.name, sample])).values()];
}
