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
