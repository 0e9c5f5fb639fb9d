/** Server, ingress and egress: how much of what their pods requested they used, and how evenly. */
import type { TimeRange } from "../window.ts";
import { balanceOf } from "./balance.ts";
import { figureOf, type Point } from "./figure.ts";
import { componentSchema, type Component, type DeploymentSample, type PodSample, type UsageSample } from "./lines.ts";
import type { Pods } from "./pods.ts";
import type { Balance, ComponentResult, PodUse } from "./result.ts";
import type { Usage } from "./usage.ts";

/** Beyond this many of its windows a sample is too old to speak for the poll that saw it. */
const staleWindows = 3;
const assumedWindowMs = 15_000;

type History = {
  deployments: Set<string>;
  ready: number[];
  cpu: Point[];
  memory: Point[];
};

export type ComponentPoll = {
  polledAtMs: number;
  deployments: readonly DeploymentSample[] | null;
  pods: readonly PodSample[] | null;
  /** By pod. Null: not answered. */
  usage: ReadonlyMap<string, UsageSample> | null;
  /** Pods whose sample is new in this poll. */
  fresh: ReadonlySet<string>;
};

export type ComponentInputs = {
  pods: Pods;
  usage: Usage;
  range: TimeRange;
  /** Why there is no usage of pods at all; null when there is. */
  noUsage: string | null;
  /** By pod. */
  rooms: ReadonlyMap<string, number>;
  participants: ReadonlyMap<string, number>;
};

export class Components {
  readonly #histories = new Map<Component, History>();

  poll({ polledAtMs, deployments, pods, usage, fresh }: ComponentPoll): void {
    for (const { name, component } of deployments ?? []) {
      if (component !== null) this.#of(component).deployments.add(name);
    }
    for (const component of componentSchema.options) {
      const own = pods?.filter((pod) => pod.component === component) ?? [];
      const known = this.#histories.has(component);
      if (pods === null || (own.length === 0 && !known)) continue;
      const history = this.#of(component);
      history.ready.push(own.filter(({ ready, deletionAtMs }) => ready && deletionAtMs === null).length);
      if (usage === null || !own.some(({ name }) => fresh.has(name))) continue;
      const cpu = utilization(own, usage, "cpuCores", polledAtMs);
      const memory = utilization(own, usage, "memoryBytes", polledAtMs);
      if (cpu !== null) history.cpu.push(cpu);
      if (memory !== null) history.memory.push(memory);
    }
  }

  /** Percent of the requests over time, for charts. */
  cpuPoints(component: Component): readonly Point[] {
    return this.#histories.get(component)?.cpu ?? [];
  }

  result({ pods, usage, range, noUsage, rooms, participants }: ComponentInputs): ComponentResult[] {
    return componentSchema.options.flatMap((component) => {
      const history = this.#histories.get(component);
      if (history === undefined) return [];
      const names = pods.names(component);
      const about = {
        source: "metrics-server" as const,
        unit: "%" as const,
        reason: noUsage ?? "no sample of pods with requests in the window",
      };
      const spread = (field: "cpuCores" | "memoryBytes", unit: string) =>
        balanceOf(usage.means(names, field, range), { source: "metrics-server", unit });
      const { ready } = history;
      return [
        {
          component,
          deployments: [...history.deployments].sort(),
          ready:
            ready.length === 0
              ? { source: "kubernetes api", least: null, most: null, last: null }
              : { source: "kubernetes api", least: Math.min(...ready), most: Math.max(...ready), last: ready.at(-1)! },
          cpu: figureOf(history.cpu, range, about),
          memory: figureOf(history.memory, range, about),
          cpuOfLimit: fullestOf(pods.cpuLimits(component), usage, range, noUsage),
          cpuBalance: spread("cpuCores", "cores"),
          memoryBalance: spread("memoryBytes", "bytes"),
          roomBalance: balanceBetween(names, rooms, { source: "server gauges, by pod", unit: "rooms" }),
          participantBalance: balanceBetween(names, participants, { source: "server rooms", unit: "participants" }),
        },
      ];
    });
  }

  #of(component: Component): History {
    let history = this.#histories.get(component);
    if (history === undefined) {
      history = { deployments: new Set(), ready: [], cpu: [], memory: [] };
      this.#histories.set(component, history);
    }
    return history;
  }
}

/** Of those among these pods that have a figure. */
function balanceBetween(
  names: readonly string[],
  values: ReadonlyMap<string, number>,
  about: Pick<Balance, "source" | "unit">,
): Balance | null {
  const own = new Map(names.flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? 0] as const] : [])));
  return balanceOf(own, about);
}

/** Of pods with a CPU limit, the sample that came nearest to it. */
function fullestOf(
  limits: ReadonlyMap<string, number>,
  usage: Usage,
  range: TimeRange,
  noUsage: string | null,
): PodUse {
  const source = "metrics-server";
  const { n, best } = usage.fullest(limits, "cpuCores", range);
  if (best !== undefined) {
    const { maxPercent, name: pod, atMs, bound: limit } = best;
    return { source, maxPercent, pod, atMs, limit, n, reason: null };
  }
  const reason = limits.size === 0 ? "no pod has a CPU limit" : (noUsage ?? "no sample in the window");
  return { source, maxPercent: null, pod: null, atMs: null, limit: null, n, reason };
}

/**
 * Σ usage / Σ requests in percent over the pods that have both, as the HPA's controller does it:
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 * At the time of the newest sample. Null when no pod has both.
 */
export function utilization(
  pods: readonly PodSample[],
  usage: ReadonlyMap<string, UsageSample>,
  field: "cpuCores" | "memoryBytes",
  polledAtMs: number,
): Point | null {
  let used = 0;
  let requested = 0;
  let atMs = Number.NEGATIVE_INFINITY;
  for (const { name, requests } of pods) {
    const sample = usage.get(name);
    const value = sample?.[field] ?? null;
    const request = requests[field];
    if (sample === undefined || value === null || request === null) continue;
    if (polledAtMs - sample.timestampMs > staleWindows * (sample.windowMs ?? assumedWindowMs)) continue;
    used += value;
    requested += request;
    atMs = Math.max(atMs, sample.timestampMs);
  }
  return requested > 0 ? { atMs, value: (used / requested) * 100 } : null;
}
