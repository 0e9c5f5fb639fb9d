/** What a reader should know although it does not decide the verdict. */
import type { SegmentProgress } from "../load/segment-progress.ts";
import type { Plan } from "../plan/plan.ts";
import type { HostInputs } from "./host-result.ts";
import type { Result } from "./result.ts";
import type { RoomPolls } from "./room-polls.ts";
import type { ServerMetrics } from "./server-metrics.ts";
import type { TimeRange } from "./window.ts";

/** Servers whose failed scrapes are told one by one. */
const maxFailing = 5;
/** Less than this share of the asked duration is worth a warning. */
const shortWindow = 0.9;

export function warningsOf(inputs: {
  plan: Plan;
  hosts: readonly HostInputs[];
  progress: readonly SegmentProgress[];
  phases: Result["phases"];
  rooms: RoomPolls;
  server: ServerMetrics;
  loadRange: TimeRange;
  restarts: number;
  /** What was not seen enough of a cluster that did not have to be watched. */
  cluster: readonly string[];
}): string[] {
  const { plan, hosts, progress, phases, rooms, server, loadRange } = inputs;
  const warnings = [...plan.warnings];
  const unused = hosts.filter((host) => !host.used);
  if (unused.length > 0 && unused.length < hosts.length) {
    const missing = unused.reduce((sum, { stream }) => sum + stream.host.participants, 0);
    const names = unused.map(({ stream, error }) => `${stream.host.name} (${error})`).join(", ");
    warnings.push(
      `${unused.length} of ${hosts.length} hosts were not used: ${missing} participants fewer than planned, and joined participants and finished hosts are judged without them: ${names}`,
    );
  }
  const unconnected = progress.filter((one) => one.finishedConnectingAtMs === null);
  if (phases.steady !== null && unconnected.length > 0) {
    const names = unconnected.map(({ segment }) => segment.id).join(", ");
    warnings.push(`the steady window is that of the other processes: ${names} never finished connecting`);
  }
  if (phases.steady !== null && phases.steady.durationMs < shortWindow * plan.timing.durationMs) {
    const [was, asked] = [phases.steady.durationMs, plan.timing.durationMs].map((ms) => Math.round(ms / 100) / 10);
    warnings.push(`the steady window is ${was} s long, ${asked} s were asked for`);
  }
  const retried = progress.filter(({ retries }) => retries > 0);
  if (retried.length > 0) {
    const names = retried.map(({ segment }) => segment.id).join(", ");
    warnings.push(`${names} had to be started again: their latencies hold that delay`);
  }
  if (phases.steady !== null && rooms.answered && rooms.within(phases.steady).length === 0) {
    warnings.push("the steady window was too short for the server to be asked who was in the rooms");
  }
  const failing = server.endpoints.filter(({ failures }) => failures > 0);
  for (const { name, failures, attempts, lastError } of failing.slice(0, maxFailing)) {
    warnings.push(`${name}: ${failures} of ${attempts} scrapes failed, last: ${lastError}`);
  }
  if (failing.length > maxFailing) warnings.push(`scrapes of ${failing.length - maxFailing} more servers failed`);
  if (inputs.restarts > 0) {
    warnings.push(
      `${inputs.restarts} server ${inputs.restarts === 1 ? "process" : "processes"} went away during the steady window: what they counted last is not known`,
    );
  }
  for (const text of inputs.cluster) warnings.push(`${text}; figures of the cluster are only of what it answered`);
  const probes = plan.probes === null ? 0 : plan.probes.rooms.length * (1 + 2 * plan.probes.perRoom);
  if (probes > 0 && server.endpoints.length > 0) {
    warnings.push(`the servers' own counters hold up to ${probes} probes, too`);
  }
  const others = othersOnServer(progress, server, loadRange, probes);
  if (others > 0) {
    warnings.push(`the servers had ${others} participants who are not of this run: their counters hold those, too`);
  }
  for (const { stream, clockBefore, clockAfter, used } of hosts) {
    if (used && clockBefore !== null && clockAfter === null && stream.doneReason !== null) {
      warnings.push(`${stream.host.name}: its clock was not measured again after the load`);
    }
    // The last line of a host that went away may be cut short.
    if (stream.unreadable > 1)
      warnings.push(`${stream.host.name}: ${stream.unreadable} lines of its stream are not readable`);
  }
  return warnings;
}

/** By the servers' gauge: those before the start; of one server also those beyond all that this run could have had. */
function othersOnServer(
  progress: readonly SegmentProgress[],
  server: ServerMetrics,
  range: TimeRange,
  probes: number,
): number {
  const own = progress.reduce((sum, { participants }) => sum + participants, probes);
  const before = server.participants({ fromMs: 0, toMs: range.fromMs }) ?? 0;
  // Of several servers one may count a participant whose media another has.
  if (server.endpoints.length > 1) return before;
  return Math.max(before, (server.participants(range) ?? 0) - own);
}
