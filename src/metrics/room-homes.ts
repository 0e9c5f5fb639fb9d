/** Which server each room lived on: LiveKit keeps a room on one node, so that load can pile up on a few. */
import type { RoomNode } from "./raw.ts";
import type { Result } from "./result.ts";
import type { ServerMetrics } from "./server-metrics.ts";

export class RoomHomes {
  readonly #nodes = new Map<string, Set<string>>();

  add({ room, nodeId }: RoomNode): void {
    if (nodeId === null) return;
    const known = this.#nodes.get(room);
    if (known === undefined) this.#nodes.set(room, new Set([nodeId]));
    else known.add(nodeId);
  }

  /** LiveKit's node ids of all of these rooms; null when it is not known of every one. */
  all(rooms: readonly string[]): Set<string> | null {
    const nodes = new Set<string>();
    for (const room of rooms) {
      const own = this.#nodes.get(room);
      if (own === undefined) return null;
      for (const id of own) nodes.add(id);
    }
    return nodes;
  }

  /**
   * Most participants of each pod's rooms, added up; pods that answered and had none of the rooms have 0. Empty where a
   * room's home or participants are not known. The servers' own gauge would not do: it counts a participant also where
   * only its signalling goes through (livekit-server 1.13.5, pkg/telemetry/events.go).
   */
  participantsByPod(
    rooms: readonly (readonly [name: string, participants: number | null])[],
    { endpoints }: ServerMetrics,
  ): Map<string, number> {
    const pods = new Map<string, number>();
    for (const { pod, nodeIds } of endpoints) if (pod !== null && nodeIds.length > 0) pods.set(pod.name, 0);
    for (const [room, participants] of rooms) {
      const last = [...(this.#nodes.get(room) ?? [])].at(-1);
      const pod = endpoints.find(({ nodeIds }) => last !== undefined && nodeIds.includes(last))?.pod?.name;
      if (pod === undefined || participants === null) return new Map();
      pods.set(pod, (pods.get(pod) ?? 0) + participants);
    }
    return pods;
  }

  /** Null: not told. */
  of(room: string, { endpoints }: ServerMetrics): Result["rooms"][number]["homes"] {
    const nodes = this.#nodes.get(room);
    if (nodes === undefined) return null;
    return [...nodes].map((nodeId) => {
      const server = endpoints.find(({ nodeIds }) => nodeIds.includes(nodeId));
      return { nodeId, server: server === undefined ? null : (server.pod?.name ?? server.url), source: "server join" };
    });
  }
}
