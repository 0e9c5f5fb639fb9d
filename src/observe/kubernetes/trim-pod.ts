import type { Component, PodSample, UsageSample } from "../../metrics/kubernetes/lines.ts";
import { parseQuantity } from "../../metrics/kubernetes/quantity.ts";
import { timeMs, type ApiContainer, type ApiNodeMetrics, type ApiPod, type ApiPodMetrics } from "./api-types.ts";

export function trimPod(pod: ApiPod, component: Component): PodSample {
  const { metadata, spec, status } = pod;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return {
    name: metadata?.name ?? "",
    uid: metadata?.uid ?? "",
    component,
    node: spec?.nodeName ?? null,
    ip: status?.podIP ?? null,
    phase: status?.phase ?? "Unknown",
    reason: status?.reason ?? null,
    createdAtMs: timeMs(metadata?.creationTimestamp),
    ready: ready?.status === "True",
    readySinceMs: timeMs(ready?.lastTransitionTime),
    deletionAtMs: timeMs(metadata?.deletionTimestamp),
    waiting: waitingReason(pod),
    requests: {
      cpuCores: requested(pod, "cpu"),
      memoryBytes: requested(pod, "memory"),
    },
    limits: {
      cpuCores: limited(pod, "cpu"),
      memoryBytes: limited(pod, "memory"),
    },
    metricsPort:
      spec?.containers?.flatMap(({ ports }) => ports ?? []).find(({ name }) => name === "metrics")?.containerPort ??
      null,
    containers: (status?.containerStatuses ?? []).map((container) => {
      const ended = container.state?.terminated ?? container.lastState?.terminated;
      return {
        name: container.name ?? "",
        restarts: container.restartCount ?? 0,
        terminated: ended
          ? { reason: ended.reason ?? "", exitCode: ended.exitCode ?? 0, finishedAtMs: timeMs(ended.finishedAt) }
          : null,
      };
    }),
  };
}

/** Why it is not running: not scheduled, or a container that waits for something other than its turn. */
function waitingReason({ status }: ApiPod): string | null {
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return sentence(scheduled.reason, scheduled.message);
  for (const { state } of status?.containerStatuses ?? []) {
    if (state?.waiting) return sentence(state.waiting.reason, state.waiting.message);
  }
  return null;
}

function sentence(reason: string | undefined, message: string | undefined): string | null {
  const text = [reason, message].filter(Boolean).join(": ").slice(0, 300);
  return text === "" ? null : text;
}

/** All containers together; null when any of them requests none, as HPAs cannot compute a share then either. */
function requested({ spec }: ApiPod, resource: "cpu" | "memory"): number | null {
  return ofAll(spec?.containers ?? [], "requests", resource);
}

/** The most that the pod may use; null when nothing bounds it, or not all of its containers. */
function limited({ spec }: ApiPod, resource: "cpu" | "memory"): number | null {
  const whole = spec?.resources?.limits?.[resource];
  if (whole !== undefined) return parseQuantity(whole);
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return ofAll([...(spec?.containers ?? []), ...sidecars], "limits", resource);
}

/** Null without any container, or when one of them states nothing. */
function ofAll(
  containers: readonly ApiContainer[],
  what: "requests" | "limits",
  resource: "cpu" | "memory",
): number | null {
  if (containers.length === 0) return null;
  return sum(containers.map(({ resources }) => parseQuantity(resources?.[what]?.[resource])));
}

export function trimPodMetrics(metrics: ApiPodMetrics): UsageSample | undefined {
  const containers = metrics.containers ?? [];
  // Without containers it says nothing.
  if (containers.length === 0) return undefined;
  return usage(metrics, {
    cpuCores: sum(containers.map((container) => parseQuantity(container.usage?.cpu))),
    memoryBytes: sum(containers.map((container) => parseQuantity(container.usage?.memory))),
  });
}

export function trimNodeMetrics(metrics: ApiNodeMetrics): UsageSample | undefined {
  return usage(metrics, {
    cpuCores: parseQuantity(metrics.usage?.cpu),
    memoryBytes: parseQuantity(metrics.usage?.memory),
  });
}

function usage(
  { metadata, timestamp, window }: ApiNodeMetrics,
  values: Pick<UsageSample, "cpuCores" | "memoryBytes">,
): UsageSample | undefined {
  const timestampMs = timeMs(timestamp);
  if (timestampMs === null || metadata?.name === undefined) return undefined;
  return { name: metadata.name, timestampMs, windowMs: durationMs(window), ...values };
}

/** A Go duration, such as `9.998s` or `1m0s`. */
export function durationMs(text: string | undefined): number | null {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  if (text === undefined || !/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return null;
  let total = 0;
  for (const [, digits, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(digits) * (units[unit] ?? 0);
  }
  return total;
}

/** Null when a part is not known: a part of a sum is not the sum. */
function sum(values: readonly (number | null)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return total;
}
