import { expect } from "vitest";
import { muchStealPercent, notLostToSteal } from "../../src/metrics/attribution/host-evidence.ts";
import type { HostResult } from "../../src/metrics/result.ts";

/**
 * What a finding's place must be, for expect. Where this machine itself was so short of CPU time that it can have been
 * the reason, it may be unknown.
 */
export function unlessStolen(place: "target", what: string, hosts: readonly HostResult[]): unknown {
  const isDoubtful = hosts.some(
    (host) => (host.stealPercent ?? 0) >= muchStealPercent && (what !== "loss" || notLostToSteal(host, hosts) === null),
  );
  return isDoubtful ? expect.stringMatching(new RegExp(`^(${place}|unknown)$`)) : place;
}
