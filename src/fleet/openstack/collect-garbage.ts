/** What runs have left in a cloud, by the cloud's own truth: no run folder, no state, all regions. */
import { gcSelection, type GcCriteria } from "./inventory.ts";
import type { Cloud } from "./rest/cloud.ts";
import { findLeftovers, sweep, type SweepEvent, type SweepResult } from "./sweep.ts";

export type GarbageOptions = {
  cloud: Cloud;
  criteria: GcCriteria;
  /** False: only looks. */
  acts: boolean;
  signal: AbortSignal;
  /** Of the deleting, in each region. Default 10 min. */
  timeoutMs?: number;
  onEvent?: (event: SweepEvent) => void;
};

/** `region`: null where the cloud gives them no names. Without acting all of `found` is `left`. */
export type RegionGarbage = SweepResult & { region: string | null };

/** Requests that were accepted before whoever sent them was killed may still come to something. */
const settleMs = 5000;

/** Of the region that the credentials name, else of each that the project has. @throws {OpenStackError} */
export async function collectGarbage(options: GarbageOptions): Promise<RegionGarbage[]> {
  const { cloud, criteria, acts, signal, onEvent = () => undefined } = options;
  const timeoutMs = options.timeoutMs ?? 600_000;
  const selection = gcSelection(criteria);
  const ofRegion = async (it: Cloud): Promise<RegionGarbage> => {
    if (acts) {
      const swept = await sweep(it, selection, { signal, timeoutMs, settleMs, onEvent });
      return { region: it.region, ...swept };
    }
    const found = await findLeftovers(it, selection, { signal, timeoutMs });
    return { region: it.region, found, deleted: [], left: found.map((one) => ({ found: one, reason: null })) };
  };
  return Promise.all(regionsOf(cloud).map(ofRegion));
}

function regionsOf(cloud: Cloud): Cloud[] {
  if (cloud.region !== null) return [cloud];
  const all = cloud.regions
    .map((region) => cloud.inRegion(region))
    .filter((it) => it.has("compute") && it.has("network"));
  return all.length === 0 ? [cloud] : all;
}
