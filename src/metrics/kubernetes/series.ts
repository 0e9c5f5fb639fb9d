/** The cluster over time, for charts: as polled, with gaps where nothing was answered. */
import type { Components } from "./components.ts";
import type { HpaHistory } from "./hpas.ts";
import { componentSchema, type DeploymentSample } from "./lines.ts";
import type { Nodes } from "./nodes.ts";
import type { kubernetesSources } from "./result.ts";
import type { Usage } from "./usage.ts";

const maxPoints = 600;

export type KubernetesSeries = {
  name: string;
  group: string;
  unit: string;
  source: (typeof kubernetesSources)[number];
  host: null;
  points: [number, number | null][];
}[];

export type SeriesInputs = {
  hpas: ReadonlyMap<string, HpaHistory>;
  polls: readonly { atMs: number; ready: readonly DeploymentSample[] | null }[];
  components: Components;
  nodeUsage: Usage;
  nodes: Nodes;
};

export function kubernetesSeries({ hpas, polls, components, nodeUsage, nodes }: SeriesInputs): KubernetesSeries {
  const series: KubernetesSeries = [];
  const add = (
    one: Omit<KubernetesSeries[number], "host" | "points">,
    points: readonly (readonly [number, number | null])[],
  ) => {
    const rounded = thinned(points).map(([atMs, value]): [number, number | null] => [
      Math.round(atMs),
      value === null ? null : Math.round(value * 10) / 10,
    ]);
    if (rounded.some(([, value]) => value !== null)) series.push({ ...one, host: null, points: rounded });
  };

  for (const [name, history] of hpas) {
    const at = new Map(history.polls.map(({ atMs, hpa }) => [atMs, hpa]));
    const group = `replicas, ${name}`;
    const target = history.last?.target;
    add(
      { name: "asked for", group, unit: "pods", source: "hpa status" },
      polls.map(({ atMs }) => [atMs, at.get(atMs)?.currentReplicas ?? null] as const),
    );
    add(
      { name: "Ready", group, unit: "pods", source: "kubernetes api" },
      polls.map(({ atMs, ready }) => [atMs, ready?.find((one) => one.name === target)?.ready ?? null] as const),
    );
    for (const metric of history.last?.metrics ?? []) {
      if (metric.unit !== "%") continue;
      const current = (atMs: number) =>
        at.get(atMs)?.metrics.find((one) => one.name === metric.name && one.unit === "%")?.current ?? null;
      add(
        { name: `${name}: ${metric.name}`, group: "HPAs, percent of requests", unit: "%", source: "hpa status" },
        polls.map(({ atMs }) => [atMs, current(atMs)] as const),
      );
    }
  }
  for (const component of componentSchema.options) {
    add(
      { name: component, group: "pods' CPU, percent of requests", unit: "%", source: "metrics-server" },
      components.cpuPoints(component).map(({ atMs, value }) => [atMs, value] as const),
    );
  }
  for (const [field, what] of [
    ["cpuCores", "CPU"],
    ["memoryBytes", "memory"],
  ] as const) {
    add(
      { name: what, group: "fullest node, percent of allocatable", unit: "%", source: "metrics-server" },
      fullestNode(nodeUsage, nodes, field, polls),
    );
  }
  return series;
}

/** Per interval between two polls, the highest of all nodes' samples stamped in it. */
function fullestNode(
  usage: Usage,
  nodes: Nodes,
  field: "cpuCores" | "memoryBytes",
  polls: SeriesInputs["polls"],
): (readonly [number, number | null])[] {
  const times = polls.map(({ atMs }) => atMs);
  const highest: (number | null)[] = times.map(() => null);
  for (const name of usage.names) {
    const allocatable = nodes.allocatable(name, field);
    if (allocatable === null || allocatable <= 0) continue;
    for (const sample of usage.within(name, { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY })) {
      const index = times.findIndex((atMs) => atMs >= sample.timestampMs);
      const used = sample[field];
      if (index < 0 || used === null) continue;
      highest[index] = Math.max(highest[index] ?? 0, (used / allocatable) * 100);
    }
  }
  return times.map((atMs, index) => [atMs, highest[index] ?? null] as const);
}

/** Keeps the greatest of those that are taken together, and a gap only where all of them are gaps. */
function thinned(points: readonly (readonly [number, number | null])[]): (readonly [number, number | null])[] {
  const step = Math.ceil(points.length / maxPoints);
  if (step <= 1) return [...points];
  const kept: (readonly [number, number | null])[] = [];
  for (let i = 0; i < points.length; i += step) {
    const slice = points.slice(i, i + step);
    kept.push(slice.reduce((most, point) => ((point[1] ?? -1) > (most[1] ?? -1) ? point : most)));
  }
  return kept;
}
