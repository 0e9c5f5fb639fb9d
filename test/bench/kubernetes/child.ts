/**
 * `node child.ts KUBECONFIG LOG snapshots N`: what N snapshots cost, in a process that has taken some before, as a run's.
 * `node child.ts KUBECONFIG LOG ticks N INTERVAL-MS`: when each of N polls on the fixed clock began.
 */
import { KubernetesClient } from "../../../src/observe/kubernetes/client.ts";
import { KubernetesConnection } from "../../../src/observe/kubernetes/connection.ts";
import { MetricsApi } from "../../../src/observe/kubernetes/metrics-api.ts";
import { observeKubernetes } from "../../../src/observe/kubernetes/observe-kubernetes.ts";
import { defaultSelectors, takeSnapshot } from "../../../src/observe/kubernetes/snapshot.ts";

export type SnapshotCost = { pods: number; nodes: number; cpuMs: number; tookMs: number[] };

const warmUp = 5;
const [kubeconfig = "", log = "", mode = "", count = "0", interval = "0"] = process.argv.slice(2);
const access = { kubeconfig };
const now = () => Date.now();
process.stdout.write(JSON.stringify(mode === "ticks" ? await ticks() : await snapshots()));

async function snapshots(): Promise<SnapshotCost> {
  using connection = await KubernetesConnection.open(access);
  const client = new KubernetesClient(connection);
  const metrics = new MetricsApi(client);
  const { namespace } = connection;
  const take = async () => {
    const signal = AbortSignal.timeout(60_000);
    const snapshot = await takeSnapshot({ client, metrics, namespace, selectors: defaultSelectors, now, signal });
    for (const part of [snapshot.pods, snapshot.nodes, snapshot.podMetrics, snapshot.nodeMetrics, snapshot.hpas]) {
      if (part.items === null || part.items.length === 0) throw new Error(`not read: ${part.error?.text ?? "empty"}`);
    }
    // As a run writes it.
    return { snapshot, line: JSON.stringify(snapshot) };
  };
  for (let i = 0; i < warmUp; i++) await take();
  const before = process.cpuUsage();
  const tookMs: number[] = [];
  let last = await take();
  for (let i = 0; i < Number(count); i++) {
    const startedAt = performance.now();
    last = await take();
    tookMs.push(performance.now() - startedAt);
  }
  const { user, system } = process.cpuUsage(before);
  const { pods, nodes } = last.snapshot;
  return {
    pods: pods.items?.length ?? 0,
    nodes: nodes.items?.length ?? 0,
    cpuMs: (user + system) / 1000 / (Number(count) + 1),
    tookMs,
  };
}

/** Epoch ms. */
async function ticks(): Promise<number[]> {
  const over = new AbortController();
  const polledMs: number[] = [];
  await observeKubernetes({
    access,
    selectors: defaultSelectors,
    log,
    intervalMs: Number(interval),
    now,
    signal: over.signal,
    onSnapshot: ({ polledAtMs }) => {
      polledMs.push(polledAtMs);
      if (polledMs.length >= Number(count)) over.abort();
    },
  });
  return polledMs;
}
