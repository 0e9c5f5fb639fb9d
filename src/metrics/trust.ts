/** What speaks against a measurement: each finding names the host and what it rests on. */
import type { Clock } from "./raw.ts";
import type { HostResult, Reason, Result } from "./result.ts";
import { saturatedForMs, saturatedPercent, type Saturation } from "./saturation.ts";

/** Share of a host's seconds in the steady window that must have a sample. */
export const leastSamples = 0.9;
/** Share of the participants that lk says have joined which the server must have listed itself. */
export const leastListed = 0.95;
/** A process that starts later than this against the armed time delays what is measured from it. */
export const mostStartErrorMs = 500;
/** A host's clock must be known at least this well. */
export const mostClockErrorMs = 250;
/** Clocks may drift by this much during the load; more is a step. */
export const mostClockDriftMs = 100;

export type TrustInputs = {
  load: { outcome: "finished" | "interrupted" | "failed" | "aborted"; reason: string | null } | null;
  /** Processes that were started at all. */
  started: number;
  hosts: readonly HostResult[];
  saturations: ReadonlyMap<string, Saturation>;
  minHosts: number;
  steady: Result["phases"]["steady"];
  /** Why there is no steady window. */
  steadyReason: string;
  joined: number;
  /** What the server listed in the steady window; null where it was not asked then. */
  listed: { most: number; least: number; polls: number } | null;
  /** The server was asked who was in the rooms, and never answered. */
  pollError: string | null;
  /** It answered at first, but no more from `afterMs` after the start of the load until the steady window's end. */
  silent: { afterMs: number; error: string } | null;
  /** What was not seen enough of a cluster that had to be watched. */
  cluster: readonly string[];
};

export function doubts(inputs: TrustInputs): Reason[] {
  const reasons: Reason[] = [];
  const add = (kind: Reason["kind"], text: string, host: string | null = null) => reasons.push({ kind, text, host });
  const used = inputs.hosts.filter(({ status }) => status !== "unused");

  if (inputs.load === null) add("interrupted", "the end of the load was not seen");
  // A load that a threshold ended was measured as well as any until then.
  else if (inputs.load.outcome !== "finished" && inputs.load.outcome !== "aborted") {
    const reason = inputs.load.reason === null ? "" : `: ${inputs.load.reason}`;
    add("interrupted", `the load was ${inputs.load.outcome === "failed" ? "given up" : "interrupted"}${reason}`);
  }
  if (inputs.started === 0) {
    add("no-load", "no load was generated: no lk process was started");
    return reasons;
  }
  if (used.length < inputs.minHosts) {
    add("lost-host", `${used.length} hosts made load, ${inputs.minHosts} are needed`);
  }
  for (const host of used)
    for (const [kind, text] of hostDoubts(host, inputs)) add(kind, `${host.name} ${text}`, host.name);
  if (inputs.steady === null) add("no-steady-window", inputs.steadyReason);
  else if (inputs.pollError !== null) {
    add("coverage", `the server was never asked with success who was in the rooms: ${inputs.pollError}`);
  }
  if (inputs.silent !== null) {
    const { afterMs, error } = inputs.silent;
    const seconds = Math.round(afterMs / 1000);
    add("coverage", `${seconds} s into the load the server did not answer any more: ${error}`);
  }
  for (const text of inputs.cluster) add("coverage", text);
  const { listed, joined } = inputs;
  if (listed !== null && listed.most < leastListed * joined) {
    add("coverage", `lk says that ${joined} participants joined, the server listed at most ${listed.most}`);
  } else if (listed !== null && listed.least < leastListed * joined) {
    add(
      "coverage",
      `of ${joined} joined participants the server at one time listed only ${listed.least}: they left the rooms during the load`,
    );
  }
  return reasons;
}

function* hostDoubts(host: HostResult, inputs: TrustInputs): Generator<[Reason["kind"], string]> {
  if (host.status === "lost") {
    yield ["lost-host", `was lost: ${host.error}`];
  }
  const saturation = inputs.saturations.get(host.name);
  if (saturation && saturation.longestMs >= saturatedForMs) {
    const seconds = Math.floor(saturation.longestMs / 100) / 10;
    const when = inputs.steady === null ? " of the load, which had no steady window" : "";
    yield [
      "saturated",
      `was saturated: core ${saturation.longestCore} was above ${saturatedPercent} % for ${seconds} s${when}`,
    ];
  }
  if (host.status === "lost") return;
  const dropped = [
    [host.udpRcvbufErrors, "received UDP packets for want of receive buffer"],
    [host.udpSndbufErrors, "UDP packets to send for want of send buffer"],
    [host.softnetDrops, "received packets before they were looked at (softnet backlog)"],
  ] as const;
  for (const [count, what] of dropped) if (count !== null && count > 0) yield ["udp-drops", `dropped ${count} ${what}`];
  // One may fall on either side of the window's edges.
  if (inputs.steady !== null && host.samples + 1 < leastSamples * host.samplesExpected) {
    yield [
      "coverage",
      `was sampled ${host.samples} times of ${host.samplesExpected}: it may have been saturated unseen`,
    ];
  } else if (inputs.steady !== null && host.samplesExpected > 0 && host.maxCorePercent === null) {
    yield ["coverage", "was not sampled: it may have been saturated unseen"];
  }
  const clock = clockDoubt(host.clockBefore, host.clockAfter);
  if (clock !== null) yield ["clock", clock];
  if (host.startErrorMs !== null && Math.abs(host.startErrorMs) > mostStartErrorMs) {
    yield ["clock", `started ${Math.round(host.startErrorMs)} ms off the armed time`];
  }
}

function clockDoubt(before: Clock | null, after: Clock | null): string | null {
  if (before === null) return "has a clock whose offset is not known";
  if (before.errorMs > mostClockErrorMs) return `has a clock that is known only to ± ${Math.round(before.errorMs)} ms`;
  if (after === null) return null;
  const drift = Math.abs(after.offsetMs - before.offsetMs);
  return drift > before.errorMs + after.errorMs + mostClockDriftMs
    ? `has a clock that went off by ${Math.round(drift)} ms during the load`
    : null;
}
