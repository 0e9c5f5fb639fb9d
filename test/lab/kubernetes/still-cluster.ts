/** A cluster in which nothing moves, as large as is asked for: every object is written as it shall be read. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./api.ts";
import type { Kubernetes } from "./kubernetes.ts";
import { documentedRights, namespace } from "./livekit-cluster.ts";

export type Size = { nodes: number; pods: number };

const manifests = join(import.meta.dirname, "manifests");
/** Requests at the same time. */
const concurrency = 24;
const components = ["livekit-server", "ingress", "egress"] as const;

/** @param cluster started with `isStill` */
export async function prepareStillCluster(cluster: Kubernetes): Promise<void> {
  for (const name of ["metrics-crds", "livekit"]) {
    await cluster.apply(await readFile(join(manifests, `${name}.yaml`), "utf8"));
  }
  await cluster.apply(await documentedRights());
  await until(
    "metrics.k8s.io",
    async () => {
      const answers = ["nodes", "pods"].map((kind) => cluster.api.call("GET", `/apis/metrics.k8s.io/v1beta1/${kind}`));
      return (await Promise.all(answers)).every(({ status }) => status === 200);
    },
    { seconds: 60 },
  );
}

/** Adds what lacks up to the size. Three fifths of the pods are LiveKit servers. */
export async function growStillCluster(cluster: Kubernetes, from: Size, to: Size): Promise<void> {
  const { api } = cluster;
  const timestamp = new Date().toISOString().replace(/\.\d+/, "");
  const name = (kind: string, number: number) => `${kind}-${String(number).padStart(5, "0")}`;
  const node = async (number: number) => {
    const metadata = { name: name("node", number) };
    const capacity = { cpu: "8", memory: "16Gi", pods: "110" };
    const conditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"].map((type) => ({
      type,
      status: type === "Ready" ? "True" : "False",
      reason: "Kubelet",
      message: "kubelet is as it should be",
      lastHeartbeatTime: timestamp,
      lastTransitionTime: timestamp,
    }));
    await api.post("/api/v1/nodes", {
      metadata: { ...metadata, labels: { "kubernetes.io/hostname": metadata.name } },
      status: { capacity, allocatable: { ...capacity, cpu: "7910m" }, conditions },
    });
    await api.post("/apis/metrics.k8s.io/v1beta1/nodes", {
      apiVersion: "metrics.k8s.io/v1beta1",
      kind: "NodeMetrics",
      metadata,
      timestamp,
      window: "10s",
      usage: { cpu: "1234567890n", memory: "4194304Ki" },
    });
  };
  const pod = async (number: number) => {
    const component = components[number % 5 < 3 ? 0 : (number % 5) - 2]!;
    const labels = { "app.kubernetes.io/name": component, "app.kubernetes.io/instance": "livekit" };
    const metadata = { name: name(component, number), labels };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    await api.post(path, {
      metadata,
      spec: {
        nodeName: name("node", number % to.nodes),
        containers: [
          {
            name: component,
            image: `livekit/${component}:v1`,
            ports: [{ name: "metrics", containerPort: 6789 }],
            resources: { requests: { cpu: "2", memory: "1Gi" } },
          },
        ],
      },
    });
    await api.merge(`${path}/${metadata.name}/status`, {
      status: {
        phase: "Running",
        podIP: `10.244.${number >> 8}.${number & 255}`,
        conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
          type,
          status: "True",
          lastTransitionTime: timestamp,
        })),
        containerStatuses: [
          {
            name: component,
            image: `livekit/${component}:v1`,
            imageID: "",
            ready: true,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: timestamp } },
          },
        ],
      },
    });
    await api.post(`/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`, {
      apiVersion: "metrics.k8s.io/v1beta1",
      kind: "PodMetrics",
      metadata,
      timestamp,
      window: "10s",
      containers: [{ name: component, usage: { cpu: "987654321n", memory: "524288Ki" } }],
    });
  };
  const work = [
    ...Array.from({ length: to.nodes - from.nodes }, (_, i) => () => node(from.nodes + i)),
    ...Array.from({ length: to.pods - from.pods }, (_, i) => () => pod(from.pods + i)),
  ];
  const next = work.values();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const one of next) await one();
    }),
  );
}
