/** What the probes saw over time, for the charts. */
import type { ProbePlan } from "../../plan/plan.ts";
import type { Series } from "../result.ts";
import { TimeBins } from "../time-bins.ts";
import type { TimeRange } from "../window.ts";
import type { ProbesAnalysis } from "./analyse.ts";
import type { SeenStep } from "./steps.ts";

const maxPoints = 120;

/** Medians of what began in each span of time; spans long enough that visits leave no holes between them. */
export function probeSeries(probes: ProbesAnalysis, load: TimeRange, plan: ProbePlan | null): Series[] {
  if (plan === null) return [];
  const fine = new TimeBins(load.fromMs, load.toMs, maxPoints);
  const visits = Math.floor((load.toMs - load.fromMs) / (2 * plan.intervalMs));
  const coarse = new TimeBins(load.fromMs, load.toMs, Math.max(1, Math.min(maxPoints, visits)));
  const timed = (steps: readonly SeenStep[]) =>
    steps.flatMap(({ startedAtMs, ms }) => (ms === null ? [] : [[startedAtMs, ms] as const]));
  const lines = [
    ["probes: joining and subscribing", "join", timed(probes.joins), coarse],
    ["probes: joining and subscribing", "track subscribe", timed(probes.subscribes), coarse],
    ["probes: joining and subscribing", "first frame", timed(probes.firstFrames), coarse],
    ["probes: latency", "end to end, video", probes.pictures.map(({ atMs, ms }) => [atMs, ms] as const), fine],
    ["probes: latency", "data round trip", timed(probes.echoes), fine],
  ] as const;
  return lines.flatMap(([group, name, points, bins]): Series[] => {
    if (points.length === 0) return [];
    const about = { source: "probes", host: null, unit: "ms" } as const;
    return [{ name: `${name}, median`, group, ...about, points: bins.points(medians(bins, points), 1) }];
  });
}

function medians(bins: TimeBins, points: readonly (readonly [number, number])[]): Float64Array {
  const values: number[][] = Array.from({ length: bins.count }, () => []);
  for (const [atMs, ms] of points) {
    const index = bins.index(atMs);
    if (index !== undefined) values[index]?.push(ms);
  }
  const column = bins.column();
  for (const [i, list] of values.entries()) {
    const sorted = list.toSorted((a, b) => a - b);
    column[i] = sorted[Math.max(0, Math.ceil(0.5 * sorted.length) - 1)] ?? Number.NaN;
  }
  return column;
}
