/** Which hosts a reader should look at, and which of their figures stand out from the fleet. */
import type { HostResult } from "../metrics/result.ts";
import { saturatedPercent } from "../metrics/saturation.ts";
import { formatCount, formatMs } from "./quantity.ts";

/** Figures that should be alike on all hosts. */
const comparedFigures = {
  startErrorMs: "start error",
  maxCorePercent: "busiest core",
  meanCpuPercent: "mean CPU",
  stealPercent: "steal",
  rxBps: "received",
  txBps: "sent",
} as const satisfies Partial<Record<keyof HostResult, string>>;

export type ComparedFigure = keyof typeof comparedFigures;
export type FleetFigures = ReadonlyMap<ComparedFigure, FleetFigure>;

/** Fewer hosts have no usual value to stand out from. */
const fewestHosts = 4;
/** Distance from the median, in robust standard deviations (1.4826 × median absolute deviation). */
const farDeviations = 5;
/** Never an outlier nearer than this share of the median: fleets that agree to the digit have no spread. */
const nearShare = 0.1;

export interface FleetFigure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** For each figure, what is usual in this fleet; figures that too few hosts have are left out. */
export function usualFigures(hosts: readonly HostResult[]): FleetFigures {
  const usual = new Map<ComparedFigure, FleetFigure>();
  for (const figure of Object.keys(comparedFigures) as ComparedFigure[]) {
    const values = hosts.flatMap((host) => host[figure] ?? []);
    if (values.length < fewestHosts) continue;
    const middle = medianOf(values);
    const deviation = 1.4826 * medianOf(values.map((value) => Math.abs(value - middle)));
    const reach = Math.max(farDeviations * deviation, nearShare * Math.abs(middle), 1);
    usual.set(figure, { median: middle, low: middle - reach, high: middle + reach });
  }
  return usual;
}

/** `high` or `low` when the host's figure is far from the fleet's. */
export function outlierSide(value: number | null, usual: FleetFigure | undefined): "high" | "low" | undefined {
  if (value === null || !usual) return undefined;
  return value > usual.high ? "high" : value < usual.low ? "low" : undefined;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? upper;
  return (lower + upper) / 2;
}

const dropCounters = [
  ["udpRcvbufErrors", "UDP receive buffer errors"],
  ["udpSndbufErrors", "UDP send buffer errors"],
  ["softnetDrops", "softnet drops"],
  ["nicDrops", "NIC drops"],
] as const;

/** What is wrong with a host or unlike the others, in words; empty for a host that did what it should. */
export function hostConcerns(host: HostResult, usual: FleetFigures): string[] {
  if (host.status === "unused") return [host.error ?? "not used"];
  const problems: string[] = [];
  if (host.status !== "finished") problems.push(host.error ?? host.status);
  const missing = host.participants.intended - host.participants.joined;
  if (missing > 0) problems.push(`${formatCount(missing)} of ${formatCount(host.participants.intended)} not joined`);
  const { saturatedMs } = host;
  if (saturatedMs !== null && saturatedMs > 0) {
    problems.push(`a core above ${saturatedPercent} % for ${formatMs(saturatedMs)}`);
  }
  for (const [figure, what] of dropCounters) {
    const count = host[figure];
    if (count !== null && count > 0) problems.push(`${formatCount(count)} ${what}`);
  }
  if (host.clockBefore === null) problems.push("clock not measured");
  if (host.samples < host.samplesExpected) problems.push(`${host.samplesExpected - host.samples} samples missing`);
  if (host.retries > 0) problems.push(`${host.retries} retried starts`);
  const unusual = [...usual].filter(([figure, fleet]) => outlierSide(host[figure], fleet) !== undefined);
  if (unusual.length > 0) problems.push(`unusual: ${unusual.map(([figure]) => comparedFigures[figure]).join(", ")}`);
  return problems;
}

const ranks: Record<HostResult["status"], number> = { lost: 0, partial: 1, finished: 2, unused: 3 };

/** Hosts with the gravest problems first, then by name. */
export function hostsByConcern(hosts: readonly HostResult[], usual: FleetFigures): HostResult[] {
  const concerns = new Map(hosts.map((host) => [host, hostConcerns(host, usual).length]));
  return hosts.toSorted(
    (a, b) =>
      ranks[a.status] - ranks[b.status] ||
      (b.saturatedMs ?? 0) - (a.saturatedMs ?? 0) ||
      (concerns.get(b) ?? 0) - (concerns.get(a) ?? 0) ||
      byName(a.name, b.name),
  );
}

const names = new Intl.Collator("en", { numeric: true });

/** host-2 before host-10. */
export function byName(a: string, b: string): number {
  return names.compare(a, b);
}
