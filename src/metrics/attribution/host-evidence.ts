/** What a host's own counters say about losing packets or time on it. */
import type { HostResult } from "../result.ts";
import { saturatedForMs, saturatedPercent } from "../saturation.ts";
import type { Evidence } from "./result.ts";

/** Mean share of the time that the hypervisor gave to others, from which on a virtual machine may miss packets. */
export const muchStealPercent = 5;
/** Drops that make up this share of the loss explain it. */
export const explainingShare = 0.5;
/** A host is like another in a figure from this share of it on. */
const likeShare = 0.8;
/** Less is not worth a question. */
export const leastLoss = 0.001;
export const leastPackets = 5;

/** Whether it lost enough on the way to ask where. */
export function isLossy({ rtp: { loss } }: HostResult): boolean {
  return loss !== null && loss.value >= leastLoss && loss.part >= leastPackets;
}

export type HostState = {
  /** `idle`: known to have had room. `busy`: may have lost something without a counter that says so. */
  state: "idle" | "busy" | "not measured";
  /** Packets that its kernel dropped before anybody saw them. Null: not counted. */
  dropped: number | null;
  evidence: Evidence[];
};

/**
 * Why stolen time is not what this host lost its packets to; null: it may be, or nothing was lost.
 * @param others hosts of the same run
 */
export function notLostToSteal(host: HostResult, others: readonly HostResult[]): string | null {
  const { stealPercent, maxCoreStealPercent } = host;
  const lost = host.rtp.loss;
  if (stealPercent === null || lost === null) return null;
  // At most what came while nothing ran is lost to it: of evenly coming packets, the stolen share of the time.
  if (maxCoreStealPercent !== null && maxCoreStealPercent <= explainingShare * lost.value * 100) {
    return `too little to explain ${percent(lost.value)} of its packets`;
  }
  const control = others.find((other) => {
    const { loss } = other.rtp;
    const isLikeIt = (other.stealPercent ?? 0) >= likeShare * stealPercent;
    return other !== host && isLikeIt && loss !== null && !isLossy(other) && loss.whole >= likeShare * lost.whole;
  });
  return control === undefined
    ? null
    : `as much was from ${control.name} (${control.stealPercent} %), which lost nothing`;
}

/** @param notToSteal why what it lost was not lost to stolen time: {@link notLostToSteal} */
export function hostState(host: HostResult, notToSteal: string | null = null): HostState {
  const evidence: Evidence[] = [];
  const add = (speaksFor: Evidence["speaksFor"], text: string) => {
    evidence.push({ speaksFor, text: `${host.name}: ${text}`, source: "host counters" });
  };
  const { softnetDrops, nicDrops, udpRcvbufErrors, stealPercent, maxCorePercent, saturatedMs } = host;
  const dropped = softnetDrops === null && nicDrops === null ? null : (softnetDrops ?? 0) + (nicDrops ?? 0);
  if (softnetDrops) add("generator", `its kernel dropped ${softnetDrops} packets for want of CPU time (softnet)`);
  if (nicDrops) add("generator", `its network interfaces dropped ${nicDrops} packets`);
  if (udpRcvbufErrors) {
    add("generator", `${udpRcvbufErrors} packets came but found no room in lk's sockets (UdpRcvbufErrors)`);
  }
  const isSaturated = saturatedMs !== null && saturatedMs >= saturatedForMs;
  if (isSaturated) {
    add("generator", `a core was above ${saturatedPercent} % for ${Math.round(saturatedMs / 100) / 10} s`);
  }
  const isStolen = stealPercent !== null && stealPercent >= muchStealPercent;
  if (isStolen) {
    const text = `${stealPercent} % of its CPU time was stolen by the hypervisor`;
    if (notToSteal === null) add("generator", text);
    else add(null, `${text}: ${notToSteal}`);
  }
  if (maxCorePercent === null || dropped === null) return { state: "not measured", dropped, evidence };
  if (isSaturated || (isStolen && notToSteal === null)) return { state: "busy", dropped, evidence };
  const drops = dropped + (udpRcvbufErrors ?? 0) === 0 ? "it dropped nothing itself" : "it had CPU time left";
  add(null, `${drops}, its busiest core was at ${maxCorePercent} %`);
  return { state: "idle", dropped, evidence };
}

export const percent = (share: number): string => `${Math.round(share * 1e4) / 100} %`;
