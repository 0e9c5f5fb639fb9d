/** What a host's own counters say about losing packets or time on it. */
import type { HostResult } from "../result.ts";
import { saturatedForMs, saturatedPercent } from "../saturation.ts";
import type { Evidence } from "./result.ts";

/** Mean share of the time that the hypervisor gave to others, from which on a virtual machine may miss packets. */
export const muchStealPercent = 5;
/** Drops that make up this share of the loss explain it. */
export const explainingShare = 0.5;

export type HostState = {
  /** `idle`: known to have had room. `busy`: may have lost something without a counter that says so. */
  state: "idle" | "busy" | "not measured";
  /** Packets that its kernel dropped before anybody saw them. Null: not counted. */
  dropped: number | null;
  evidence: Evidence[];
};

export function hostState(host: HostResult): HostState {
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
  if (isStolen) add("generator", `${stealPercent} % of its CPU time was stolen by the hypervisor`);
  if (maxCorePercent === null || dropped === null) return { state: "not measured", dropped, evidence };
  if (isSaturated || isStolen) return { state: "busy", dropped, evidence };
  const drops = dropped + (udpRcvbufErrors ?? 0) === 0 ? "it dropped nothing itself" : "it had CPU time left";
  add(null, `${drops}, its busiest core was at ${maxCorePercent} %`);
  return { state: "idle", dropped, evidence };
}
