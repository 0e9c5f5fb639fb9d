import type { NodeSample } from "../../metrics/kubernetes/lines.ts";
import { parseQuantity } from "../../metrics/kubernetes/quantity.ts";
import { timeMs, type ApiNode } from "./api-types.ts";

export function trimNode({ metadata, spec, status }: ApiNode): NodeSample {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  return {
    name: metadata?.name ?? "",
    ready: ready?.status === "True" || ready?.status === "False" ? ready.status : "Unknown",
    readySinceMs: timeMs(ready?.lastTransitionTime),
    readyReason: ready?.reason ?? null,
    pressures: conditions
      .filter(({ type, status }) => status === "True" && /^(Memory|Disk|PID)Pressure$/.test(type ?? ""))
      .map(({ type }) => type ?? ""),
    unschedulable: spec?.unschedulable ?? false,
    allocatable: {
      cpuCores: parseQuantity(status?.allocatable?.cpu),
      memoryBytes: parseQuantity(status?.allocatable?.memory),
    },
  };
}
