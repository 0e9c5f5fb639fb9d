/** Which rooms get probes, and how many joins they will make. */
import type { Config } from "../config/schema.ts";
import { plural } from "./numbers.ts";
import type { ProbePlan, RoomPlan } from "./plan.ts";

/**
 * Rooms, publishers and subscribers of probes that one machine is trusted with: each room has pictures to encode, each
 * subscriber probe two streams to decode. More may saturate it, and then their figures are not trusted.
 */
const saneSubscribers = 8;

/** Null: no probes are asked for. */
export function planProbes(input: {
  config: Config["probes"];
  rooms: readonly RoomPlan[];
  runId: string;
  durationMs: number;
}): ProbePlan | null {
  const { config, rooms, runId, durationMs } = input;
  if (config.perRoom === 0) return null;
  const chosen = spread(rooms, probedRooms(config.rooms, rooms.length));
  if (chosen.length === 0) return null;
  const perProbe = Math.floor(durationMs / config.interval);
  return {
    rooms: chosen.map(({ name }) => name),
    perRoom: config.perRoom,
    intervalMs: config.interval,
    identityPrefix: `${runId.replaceAll(/[^A-Za-z0-9]/g, "").slice(-4)}-probe`,
    visits: chosen.length * config.perRoom * perProbe,
  };
}

export function probeWarnings(probes: ProbePlan | null): string[] {
  if (probes === null) return [];
  const subscribers = probes.rooms.length * probes.perRoom;
  if (subscribers <= saneSubscribers) return [];
  return [
    `${plural(subscribers, "subscriber probe")} on this machine: above ${saneSubscribers} it may saturate, and then ` +
      "their figures are not trusted; probes.rooms takes a share of the rooms",
  ];
}

/** A share is rounded up: some of a few rooms is at least one. */
function probedRooms(asked: string | number, rooms: number): number {
  if (typeof asked === "number") return Math.min(asked, rooms);
  return Math.min(rooms, Math.ceil((Number.parseFloat(asked) / 100) * rooms));
}

/** Evenly over the list, so that no host's rooms are left out. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
