/** Lines as the observer writes them, of a small cluster whose every figure is chosen by the test. */
import type {
  AccessLine,
  EventLine,
  HpaSample,
  NodeSample,
  PodSample,
  Snapshot,
  UsageSample,
  WatchLine,
} from "../../../src/metrics/kubernetes/lines.ts";

export const startMs = Date.UTC(2026, 10, 22, 18, 0, 0);
const versioned = { schema: "lkload/kubernetes", version: 1 } as const;
const failed = (text: string) => ({ items: null, error: { status: 503, text } });
const answered = <Item>(items: Item[]) => ({ items, error: null });

export function access(problems: AccessLine["problems"] = []): AccessLine {
  return {
    ...versioned,
    kind: "access",
    checkedAtMs: startMs - 5000,
    context: "lab",
    server: "https://127.0.0.1:6443",
    namespace: "livekit",
    kubernetesVersion: "v1.36.3",
    metricsVersion: "v1beta1",
    intervalMs: 10_000,
    problems,
  };
}

export function pod(name: string, more: Partial<PodSample> = {}): PodSample {
  return {
    name,
    uid: name,
    component: "server",
    node: "node-1",
    ip: "10.244.0.1",
    phase: "Running",
    reason: null,
    createdAtMs: startMs - 60_000,
    ready: true,
    readySinceMs: startMs - 50_000,
    deletionAtMs: null,
    waiting: null,
    metricsPort: null,
    requests: { cpuCores: 2, memoryBytes: 2 ** 30 },
    limits: { cpuCores: null, memoryBytes: null },
    containers: [{ name: "livekit-server", restarts: 0, terminated: null }],
    ...more,
  };
}

export function usage(name: string, timestampMs: number, cpuCores: number, memoryBytes = 2 ** 29): UsageSample {
  return { name, timestampMs, windowMs: 10_000, cpuCores, memoryBytes };
}

export function hpa(replicas: number, current: number | null, more: Partial<HpaSample> = {}): HpaSample {
  return {
    name: "livekit-server",
    component: "server",
    target: "livekit-server",
    min: 10,
    max: 17,
    currentReplicas: replicas,
    desiredReplicas: replicas,
    lastScaleAtMs: null,
    metrics: [{ name: "cpu", unit: "%", target: 50, current }],
    conditions: [],
    ...more,
  };
}

export function node(name: string, more: Partial<NodeSample> = {}): NodeSample {
  return {
    name,
    ready: "True",
    readySinceMs: startMs - 100_000,
    readyReason: "KubeletReady",
    pressures: [],
    unschedulable: false,
    allocatable: { cpuCores: 8, memoryBytes: 16 * 2 ** 30 },
    ...more,
  };
}

type Parts = {
  hpas?: HpaSample[] | string;
  pods?: PodSample[] | string;
  podMetrics?: UsageSample[] | string;
  nodes?: NodeSample[] | string;
  nodeMetrics?: UsageSample[] | string;
};

/** @param parts a text is the reason why that part was not answered */
export function snapshot(afterStartMs: number, parts: Parts = {}): Snapshot {
  const part = <Item>(given: Item[] | string | undefined) =>
    typeof given === "string" ? failed(given) : answered(given ?? []);
  return {
    ...versioned,
    kind: "snapshot",
    polledAtMs: startMs + afterStartMs,
    tookMs: 40,
    hpas: part(parts.hpas),
    deployments: answered([]),
    pods: part(parts.pods),
    podMetrics: part(parts.podMetrics),
    nodes: part(parts.nodes),
    nodeMetrics: part(parts.nodeMetrics),
  };
}

export function rescale(afterStartMs: number, size: number): EventLine {
  const atMs = startMs + afterStartMs;
  return {
    ...versioned,
    kind: "event",
    seenAtMs: atMs + 20,
    uid: `rescale-${afterStartMs}`,
    type: "Normal",
    reason: "SuccessfulRescale",
    message: `New size: ${size}; reason: cpu resource utilization (percentage of request) above target`,
    object: { kind: "HorizontalPodAutoscaler", name: "livekit-server" },
    count: 1,
    firstAtMs: atMs,
    lastAtMs: atMs,
  };
}

export function watch(afterStartMs: number, state: WatchLine["state"], error: string | null = null): WatchLine {
  return { ...versioned, kind: "watch", namespace: "livekit", atMs: startMs + afterStartMs, state, error };
}
