/** Clusters that the reports are tested with. */
import { KubernetesAnalysis } from "../../src/metrics/kubernetes/analyse.ts";
import type { KubernetesLine } from "../../src/metrics/kubernetes/lines.ts";
import type { KubernetesResult } from "../../src/metrics/kubernetes/result.ts";
import { access, hpa, node, pod, rescale, snapshot, startMs, usage, watch } from "../metrics/kubernetes/lines.ts";

/** What the lines of a load of one minute, steady from its start, come to. */
export function clusterResult(lines: readonly KubernetesLine[]): KubernetesResult {
  const analysis = new KubernetesAnalysis();
  for (const line of lines) analysis.add(line);
  const load = { fromMs: startMs, toMs: startMs + 60_000 };
  const result = analysis.result({ steady: load, load, loadStepsMs: [startMs] });
  if (result === null) throw new Error("no line of a cluster");
  return result;
}

/** Two pods, one of them killed for memory; an HPA that goes to its limit at once; metrics-server goes away. */
export function busyCluster(): KubernetesLine[] {
  const killed = { reason: "OOMKilled", exitCode: 137, finishedAtMs: startMs + 15_000 };
  const pods = (restarts: number) => [
    pod("server-a", {
      limits: { cpuCores: 2, memoryBytes: null },
      containers: [{ name: "livekit-server", restarts, terminated: restarts > 0 ? killed : null }],
    }),
    pod("server-b"),
  ];
  const limited = [
    { type: "ScalingLimited", status: "True", reason: "TooManyReplicas", message: "", sinceMs: null },
    { type: "ScalingActive", status: "True", reason: "ValidMetricFound", message: "", sinceMs: null },
  ];
  return [
    access(),
    watch(0, "listening"),
    snapshot(0, {
      hpas: [hpa(10, 40)],
      pods: pods(0),
      podMetrics: [usage("server-a", startMs, 1.5), usage("server-b", startMs, 0.5)],
      nodes: [node("node-1")],
    }),
    rescale(8000, 17),
    snapshot(10_000, { hpas: [hpa(17, 90, { conditions: limited })], pods: pods(0), nodes: [node("node-1")] }),
    snapshot(20_000, {
      hpas: [hpa(17, 90, { conditions: limited })],
      pods: pods(1),
      podMetrics: "HTTP 503: service unavailable",
      nodes: [node("node-1", { pressures: ["MemoryPressure"] })],
      nodeMetrics: [usage("node-1", startMs + 12_000, 6)],
    }),
  ];
}
