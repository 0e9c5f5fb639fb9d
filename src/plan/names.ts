/** Names that are unique in a run, and between runs by the run id. */
import type { LoadConfig } from "../config/schema.ts";

type RoomNaming = { rooms: LoadConfig["rooms"]; prefix: string; hosts: readonly string[]; runId: string };

/** One name per room: after its host, or numbered, or just the prefix for the one that all share. */
export function roomNames({ rooms, prefix, hosts, runId }: RoomNaming): string[] {
  if (rooms === "shared") return [`${prefix}-${runId}`];
  if (rooms === "per-host") return hosts.map((host) => `${prefix}-${host}-${runId}`);
  return Array.from({ length: rooms }, (_, i) => `${prefix}-${numbered(i, rooms)}-${runId}`);
}

/**
 * `k3f9-h01s1`: the run's random part, the host's number, the segment. Short, as lk repeats it in every line and every
 * access token; without `_`, which lk puts between the prefix and the participant's number.
 */
export function identityPrefixes(input: {
  pieces: readonly { host: number }[];
  hostCount: number;
  runId: string;
}): string[] {
  const run = input.runId.replaceAll(/[^A-Za-z0-9]/g, "").slice(-4);
  return input.pieces.map((piece, i) => `${run}-h${numbered(piece.host, input.hostCount)}s${i + 1}`);
}

/** Counted from 1, with leading zeros so that names sort: `01` of 10. */
function numbered(index: number, count: number): string {
  return String(index + 1).padStart(String(count).length, "0");
}
