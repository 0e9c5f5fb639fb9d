import type { Component, Condition, DeploymentSample, HpaMetric, HpaSample } from "../../metrics/kubernetes/lines.ts";
import { parseQuantity } from "../../metrics/kubernetes/quantity.ts";
import { timeMs, type ApiCondition, type ApiDeployment, type ApiHpa, type ApiMetric } from "./api-types.ts";
import type { Labels } from "../../config/label-selector.ts";

export type ComponentOf = (labels: Labels) => Component | null;

export function trimDeployment(deployment: ApiDeployment, componentOf: ComponentOf): DeploymentSample {
  const { metadata, spec, status } = deployment;
  return {
    name: metadata?.name ?? "",
    // Its pods are what the selectors select; its own labels usually are the same.
    component: componentOf(spec?.template?.metadata?.labels ?? {}) ?? componentOf(metadata?.labels ?? {}),
    replicas: spec?.replicas ?? null,
    // Left out by the API when they are 0.
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
  };
}

/** @param component of the HPA's own labels; what it scales decides where those say nothing */
export function trimHpa(hpa: ApiHpa, component: Component | null): HpaSample {
  const { metadata, spec, status } = hpa;
  const conditions = (status?.conditions ?? []).map(trimCondition);
  // Older controllers leave the last value standing when they no longer get any.
  const active = conditions.find(({ type }) => type === "ScalingActive")?.status !== "False";
  const current = active ? (status?.currentMetrics ?? []) : [];
  const desired = status?.desiredReplicas ?? null;
  return {
    name: metadata?.name ?? "",
    component,
    target: spec?.scaleTargetRef?.name ?? "",
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas ?? 1,
    currentReplicas: status?.currentReplicas ?? null,
    // 0 is what a controller writes that could not compute any: an HPA cannot scale to less than one pod by resources.
    desiredReplicas: !active && desired === 0 ? null : desired,
    lastScaleAtMs: timeMs(status?.lastScaleTime),
    metrics: (spec?.metrics ?? []).map((metric) => trimMetric(metric, current)),
    conditions,
  };
}

export function trimCondition(condition: ApiCondition): Condition {
  return {
    type: condition.type ?? "",
    status: condition.status ?? "",
    reason: condition.reason ?? "",
    message: (condition.message ?? "").slice(0, 300),
    sinceMs: timeMs(condition.lastTransitionTime),
  };
}

/** The status lists current values in no promised order, and as `{type: ""}` those that it could not get. */
function trimMetric(metric: ApiMetric, current: readonly ApiMetric[]): HpaMetric {
  const source = sourceOf(metric);
  const name = source?.name ?? source?.metric?.name ?? "";
  const found = current.find((one) => one.type === metric.type && nameOf(one) === name);
  const values = sourceOf(found)?.current;
  const target = source?.target;
  if (target?.averageUtilization !== undefined) {
    return { name, unit: "%", target: target.averageUtilization, current: values?.averageUtilization ?? null };
  }
  const isResource = metric.type === "Resource" || metric.type === "ContainerResource";
  const unit = isResource && name === "cpu" ? "cores" : isResource && name === "memory" ? "bytes" : "";
  const isAverage = target?.averageValue !== undefined;
  return {
    name,
    unit,
    target: parseQuantity(isAverage ? target.averageValue : target?.value),
    current: parseQuantity(isAverage ? values?.averageValue : values?.value),
  };
}

const nameOf = (metric: ApiMetric) => sourceOf(metric)?.name ?? sourceOf(metric)?.metric?.name ?? "";

function sourceOf(metric: ApiMetric | undefined) {
  return metric?.resource ?? metric?.containerResource ?? metric?.pods ?? metric?.object ?? metric?.external;
}
