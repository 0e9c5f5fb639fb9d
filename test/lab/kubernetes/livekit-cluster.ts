/** The deployment that the tests look at: 17 nodes, ten LiveKit servers with an HPA up to 17, ingress and egress. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./api.ts";
import type { Kubernetes } from "./kubernetes.ts";

export const namespace = "livekit";
export const serverHpa = "livekit-livekit-server";

type Conditions = { type: string; status: string; reason?: string }[];
export type LabPod = {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  spec: { nodeName?: string };
  status: {
    phase: string;
    podIP?: string;
    conditions?: Conditions;
    containerStatuses?: { restartCount: number; state: { running?: { startedAt: string } } }[];
  };
};

const manifests = join(import.meta.dirname, "manifests");
const selector = encodeURIComponent("app.kubernetes.io/name=livekit-server");

/**
 * Nodes of 8 CPUs, of which pods may have 7.91; a pod on the host's network has its node's address.
 * @param network the first three bytes of the nodes' addresses, 10.a.b; clusters with real servers have one of their own
 */
export async function addNodes(cluster: Kubernetes, nodeCount: number, network = "10.244.0"): Promise<void> {
  for (let number = 1; number <= nodeCount; number++) {
    const name = `node-${String(number).padStart(2, "0")}`;
    const capacity = { cpu: "8", memory: "16Gi", pods: "110" };
    await cluster.api.post("/api/v1/nodes", {
      metadata: {
        name,
        labels: { "kubernetes.io/hostname": name },
        annotations: { "metrics.k8s.io/resource-metrics-path": `/metrics/nodes/${name}/metrics/resource` },
      },
      status: {
        capacity,
        allocatable: { ...capacity, cpu: "7910m", memory: "14Gi" },
        addresses: [{ type: "InternalIP", address: `${network}.${number}` }],
      },
    });
  }
  await until(
    `${nodeCount} nodes are Ready`,
    async () => {
      const { items } = await cluster.api.get<{ items: { status: { conditions?: Conditions } }[] }>("/api/v1/nodes");
      return items.filter(({ status }) => isReady(status)).length === nodeCount;
    },
    { seconds: 120 },
  );
}

/**
 * LiveKit as its charts deploy it, and the account `lkload` with the rights that the README gives it.
 * @param servers how many server pods there are at least; the HPA may make them 17
 * @param cpuLimit of a server pod, from 2 cores on, which it requests; without one it may use its whole node
 */
export async function deployLivekit(
  cluster: Kubernetes,
  { servers = 10, cpuLimit }: { servers?: number; cpuLimit?: string } = {},
): Promise<void> {
  const livekit = await readFile(join(manifests, "livekit.yaml"), "utf8");
  const limited = cpuLimit === undefined ? "$&" : `$1, limits: {cpu: "${cpuLimit}", memory: 4Gi}}`;
  const sized = livekit
    .replaceAll(/(replicas|minReplicas): 10/g, `$1: ${servers}`)
    .replace(/(requests: {cpu: "2", memory: 1Gi}), limits: {memory: 4Gi}}/, limited);
  await cluster.apply(sized);
  await cluster.apply(await documentedRights());
  await cluster.apply(await readFile(join(manifests, "blind-rbac.yaml"), "utf8"));
}

/** The manifest in the README, word for word. */
export async function documentedRights(): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, "..", "..", "..", "README.md"), "utf8");
  const block = readme.split("```").find((part) => part.startsWith("yaml\n") && part.includes("kind: ClusterRole\n"));
  if (block === undefined) throw new Error("the README has no manifest of rights");
  return block.replace(/^yaml\n/, "");
}

/** What every LiveKit server uses from now on, and what everything else does. */
export async function setUsage(cluster: Kubernetes, serverMillicores: number): Promise<void> {
  const expression = `pod.metadata.name.startsWith("livekit-livekit-server") ? Quantity("${serverMillicores}m") : Quantity("50m")`;
  await cluster.api.apply("/apis/kwok.x-k8s.io/v1alpha1/clusterresourceusages/load", {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "ClusterResourceUsage",
    metadata: { name: "load" },
    spec: { usages: [{ usage: { memory: { value: "512Mi" }, cpu: { expression } } }] },
  });
}

export async function serverPods(cluster: Kubernetes): Promise<LabPod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  return (await cluster.api.get<{ items: LabPod[] }>(path)).items;
}

export function isReady(status: { conditions?: Conditions }): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

export async function untilServersReady(cluster: Kubernetes, wanted: number, seconds = 120): Promise<void> {
  await until(
    `${wanted} LiveKit servers are Ready`,
    async () => (await serverPods(cluster)).filter(({ status }) => isReady(status)).length === wanted,
    { seconds },
  );
}
