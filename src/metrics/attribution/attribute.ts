/**
 * Puts loss, delay and failed joins down to the generator, the network or the target.
 *
 * - generator: the host's own kernel counted drops that make up the loss; or the host was saturated, while the target
 *   and other hosts were idle and lost nothing. Stolen time counts only where it can have been the reason: neither too
 *   little for that loss, nor as much on a host that lost nothing.
 * - target: its process had to wait for CPU time, dropped packets itself, or went away, and the hosts were idle.
 * - network: lost on the way, while both ends are known to have been idle.
 * - unknown: everything else. A place is never guessed for want of another.
 */
import type { HostResult, Result } from "../result.ts";
import {
  explainingShare,
  hostState,
  isLossy,
  leastLoss,
  leastPackets,
  notLostToSteal,
  percent,
  type HostState,
} from "./host-evidence.ts";
import type { Answers, Attribution, Evidence, Finding, Place } from "./result.ts";
import { targetState, type TargetInputs, type TargetState } from "./target-evidence.ts";

/** Evidence of so many hosts is listed with each finding. */
const shownHosts = 3;
/** A median answer from which on a delay is worth a finding although no threshold says so. */
const longAnswerMs = 100;

export type AttributionInputs = Omit<TargetInputs, "answers"> & {
  answers: Answers;
  /** Those that made load. */
  hosts: readonly HostResult[];
  media: Pick<Result["media"], "rtp" | "loss">;
  thresholds: Result["thresholds"];
  participants: { intended: number; joined: number };
};

export function attribute(inputs: AttributionInputs): Attribution {
  const target = targetState(inputs);
  const states = new Map(inputs.hosts.map((host) => [host, hostState(host)]));
  const lossStates = new Map(
    inputs.hosts.map((host) => [host, hostState(host, notLostToSteal(host, inputs.hosts))] as const),
  );
  return {
    findings: [
      ...lossOnHosts(inputs, lossStates, target),
      ...lossInSockets(inputs, states),
      ...lossByServers(inputs, states, target),
      ...delay(inputs, states, target),
      ...joins(inputs, states, target),
    ],
    answers: inputs.answers,
  };
}

type States = ReadonlyMap<HostResult, HostState>;

/** By what the hosts saw: hosts that lost in the same place stand in one finding. */
function lossOnHosts({ hosts }: AttributionInputs, states: States, target: TargetState): Finding[] {
  const lossy = hosts.filter(isLossy).toSorted((a, b) => (b.rtp.loss?.value ?? 0) - (a.rtp.loss?.value ?? 0));
  const clean = hosts.filter((host) => host.rtp.loss !== null && !isLossy(host));
  const othersAreFine = clean.some((host) => states.get(host)?.state === "idle");
  const places = new Map<Place, HostResult[]>();
  const lostTotal = lossy.reduce((sum, host) => sum + lostPackets(host), 0);
  for (const host of lossy) {
    const state = states.get(host);
    if (state === undefined) continue;
    const place = placeOfLoss(host, state, target, { lostTotal, othersAreFine });
    places.set(place, [...(places.get(place) ?? []), host]);
  }
  return [...places].map(([place, found]): Finding => {
    const [worst] = found;
    const value = percent(worst?.rtp.loss?.value ?? 0);
    const evidence = [...evidenceOf(found, states), ...target.evidence];
    if (clean.length > 0) {
      const expected = clean.reduce((sum, { rtp }) => sum + (rtp.loss?.whole ?? 0), 0);
      const others = clean.length === 1 ? (clean[0]?.name ?? "") : `${clean.length} other hosts`;
      evidence.push({
        // What LiveKit does not send, it sends to nobody.
        speaksFor: place === "generator" ? null : "network",
        text: `nothing to speak of was lost on the way to ${others}, of ${counted(expected)} packets`,
        source: "RTP on the hosts",
      });
    }
    return {
      what: "loss",
      hosts: found.map(({ name }) => name),
      text:
        found.length === 1
          ? `${worst?.name} did not get ${value} of its packets`
          : `${found.length} hosts did not get up to ${value} of their packets`,
      place,
      evidence,
    };
  });
}

/** Of all streams, by the share that was read. */
const lostPackets = ({ rtp }: HostResult) => (rtp.loss?.part ?? 0) / (rtp.streamShare ?? 1);

function placeOfLoss(
  host: HostResult,
  state: HostState,
  target: TargetState,
  { lostTotal, othersAreFine }: { lostTotal: number; othersAreFine: boolean },
): Place {
  if ((state.dropped ?? 0) >= explainingShare * lostPackets(host)) return "generator";
  if (state.state === "busy" && target.state === "idle" && othersAreFine) return "generator";
  if (state.state !== "idle") return "unknown";
  if (target.state === "starved" || (target.dropped ?? 0) >= explainingShare * lostTotal) return "target";
  return target.state === "idle" ? "network" : "unknown";
}

/** The listener sees packets before lk's sockets do: what finds no room there is lost after it. */
function lossInSockets({ hosts }: AttributionInputs, states: States): Finding[] {
  const full = hosts.filter(({ udpRcvbufErrors }) => (udpRcvbufErrors ?? 0) >= leastPackets);
  if (full.length === 0) return [];
  const lost = full.reduce((sum, { udpRcvbufErrors }) => sum + (udpRcvbufErrors ?? 0), 0);
  const names = full.map(({ name }) => name);
  const text = `${counted(lost)} packets came to ${full.length === 1 ? names[0] : `${full.length} hosts`} but found no room in lk's sockets`;
  return [{ what: "loss", hosts: names, text, place: "generator", evidence: evidenceOf(full, states) }];
}

/** Where RTP was not read, the servers' counters tell of a loss, but not on which host. */
function lossByServers({ media, hosts }: AttributionInputs, states: States, target: TargetState): Finding[] {
  if (media.rtp.loss !== null || media.loss === null || media.loss.value < leastLoss) return [];
  const all = [...states.values()];
  const hasDrops =
    all.some(({ dropped }) => (dropped ?? 0) > 0) || hosts.some((host) => (host.udpRcvbufErrors ?? 0) > 0);
  const idle = all.every(({ state }) => state === "idle") && !hasDrops;
  const place: Place = !idle
    ? "unknown"
    : target.state === "starved"
      ? "target"
      : target.state === "idle"
        ? "network"
        : "unknown";
  const text = `by the servers' counters ${percent(media.loss.value)} of the packets to subscribers were lost`;
  return [{ what: "loss", hosts: [], text, place, evidence: [...evidenceOf(hosts, states), ...target.evidence] }];
}

function delay({ thresholds, answers, hosts }: AttributionInputs, states: States, target: TargetState): Finding[] {
  const late = thresholds.filter(({ unit, status }) => unit === "ms" && status === "failed");
  const slow = answers.answerP50Ms !== null && answers.answerP50Ms >= longAnswerMs;
  if (late.length === 0 && !slow) return [];
  const busy = [...states.values()].some(({ state }) => state !== "idle");
  const isFarAway = target.evidence.some(({ speaksFor }) => speaksFor === "network");
  const place: Place = busy ? "unknown" : target.state === "starved" ? "target" : isFarAway ? "network" : "unknown";
  const text =
    late.length > 0
      ? `slower than its limit: ${late.map(({ metric }) => metric).join(", ")}`
      : `LiveKit took ${Math.round(answers.answerP50Ms ?? 0)} ms to answer`;
  return [{ what: "delay", hosts: [], text, place, evidence: [...evidenceOf(hosts, states), ...target.evidence] }];
}

function joins({ participants, hosts }: AttributionInputs, states: States, target: TargetState): Finding[] {
  const missing = participants.intended - participants.joined;
  if (missing <= 0) return [];
  const idle = [...states.values()].every(({ state }) => state === "idle");
  const isTarget = idle && (target.state === "starved" || target.restarts > 0);
  const text = `${counted(missing)} of ${counted(participants.intended)} participants did not join`;
  const evidence = [...evidenceOf(hosts, states), ...target.evidence];
  return [{ what: "joins", hosts: [], text, place: isTarget ? "target" : "unknown", evidence }];
}

/** Of the first few hosts, and of those that have something against them. */
function evidenceOf(hosts: readonly HostResult[], states: States): Evidence[] {
  const told = hosts
    .map((host) => states.get(host)?.evidence ?? [])
    .toSorted((a, b) => Number(speaks(b)) - Number(speaks(a)));
  return told.slice(0, shownHosts).flat();
}

const speaks = (evidence: readonly Evidence[]) => evidence.some(({ speaksFor }) => speaksFor !== null);
const counted = (count: number): string => count.toLocaleString("en");
