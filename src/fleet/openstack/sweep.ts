/** Deletes what a run, or a forgotten one, has left in a project, and lists again until nothing is left. */
import { setTimeout as delay } from "node:timers/promises";
import { fanOut } from "../../remote/fan-out.ts";
import { Memory, resourceKinds, takeInventory, type Found, type ResourceKind, type Selection } from "./inventory.ts";
import type { Cloud } from "./rest/cloud.ts";

export type SweepOptions = {
  signal: AbortSignal;
  /** No further attempt is begun after this time. */
  timeoutMs: number;
  /**
   * How long a project has to stay empty of it before it counts as gone. A service goes on with a request that it has
   * accepted after whoever sent it was killed: what comes of that is not in the first list. Default 0.
   */
  settleMs?: number;
  /** Ids to leave alone, such as what terraform is about to delete itself. */
  except?: ReadonlySet<string>;
  /** What earlier lists told of servers that are gone by now. Default: none. */
  memory?: Memory;
  /** Default: all. */
  kinds?: readonly ResourceKind[];
  onEvent?: (event: SweepEvent) => void;
};

export type SweepEvent =
  | { type: "deleting" | "deleted"; found: Found }
  | { type: "refused"; found: Found; reason: string };

export type SweepResult = {
  /** Everything that was there at some time. */
  found: Found[];
  deleted: Found[];
  /** What is still there, and what the cloud said when it was last asked to delete it. */
  left: { found: Found; reason: string | null }[];
};

/** Requests at a time: what clouds take from one user without limiting it. */
const concurrency = 16;
/** How long one pass waits for its servers to be gone before it goes on to what they hold. */
const serversGoneMs = 60_000;
const pollMs = 1000;
const pausesMs = [1000, 2000, 4000, 8000];

/** What a sweep would delete. */
export async function findLeftovers(cloud: Cloud, selection: Selection, options: SweepOptions): Promise<Found[]> {
  return wanted(await takeInventory(cloud, selection, { signal: options.signal }), options);
}

/** @throws {OpenStackError} when a list can't be had: then nothing is known */
export async function sweep(cloud: Cloud, selection: Selection, options: SweepOptions): Promise<SweepResult> {
  const deadline = performance.now() + options.timeoutMs;
  const { memory = new Memory() } = options;
  const list = async () => wanted(await takeInventory(cloud, selection, { signal: options.signal, memory }), options);
  const seen = new Map<string, Found>();
  const reasons = new Map<string, string>();
  for (let pass = 0; ; pass++) {
    let there = await list();
    if (there.length === 0 && (options.settleMs ?? 0) > 0) {
      await delay(options.settleMs, undefined, { signal: options.signal });
      there = await list();
    }
    for (const found of there) seen.set(keyOf(found), found);
    const still = new Set(there.map(keyOf));
    const deleted = [...seen.values()].filter((found) => !still.has(keyOf(found)));
    if (there.length === 0 || (pass > 0 && performance.now() > deadline)) {
      for (const found of deleted) options.onEvent?.({ type: "deleted", found });
      const left = there.map((found) => ({ found, reason: reasons.get(keyOf(found)) ?? null }));
      return { found: [...seen.values()], deleted, left };
    }
    if (pass > 0) await delay(pausesMs[Math.min(pass, pausesMs.length) - 1], undefined, { signal: options.signal });
    await deleteAll(cloud, there, reasons, options);
  }
}

function wanted(found: readonly Found[], { except, kinds = resourceKinds }: SweepOptions): Found[] {
  return found.filter(({ id, kind }) => kinds.includes(kind) && !(except?.has(id) ?? false));
}

export const keyOf = ({ kind, id }: Found) => `${kind} ${id}`;

/** One pass, kind by kind: what is refused now may be allowed when what holds it is gone. */
async function deleteAll(
  cloud: Cloud,
  there: readonly Found[],
  reasons: Map<string, string>,
  { signal, onEvent = () => undefined }: SweepOptions,
): Promise<void> {
  for (const kind of resourceKinds) {
    const ofKind = there.filter((found) => found.kind === kind);
    const outcomes = await fanOut(ofKind, { concurrency, signal }, async (found) => {
      onEvent({ type: "deleting", found });
      await deleteOne(cloud, found, signal);
    });
    signal.throwIfAborted();
    for (const [index, outcome] of outcomes.entries()) {
      const found = ofKind[index];
      if (found === undefined || outcome.status === "fulfilled") continue;
      const reason = outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
      reasons.set(keyOf(found), reason);
      onEvent({ type: "refused", found, reason });
    }
    if (kind === "server") await untilGone(cloud, ofKind, signal);
  }
}

async function deleteOne(cloud: Cloud, { kind, id, routerId }: Found, signal: AbortSignal): Promise<void> {
  const part = encodeURIComponent(id);
  switch (kind) {
    case "server":
      return cloud.delete("compute", `/servers/${part}`, signal);
    case "server group":
      return cloud.delete("compute", `/os-server-groups/${part}`, signal);
    case "key pair":
      return cloud.delete("compute", `/os-keypairs/${part}`, signal);
    case "volume":
      return cloud.delete("volume", `/volumes/${part}`, signal);
    case "router interface":
      return cloud.put("network", `/routers/${routerId}/remove_router_interface`, { port_id: id }, signal);
    case "floating IP":
      return cloud.delete("network", `/floatingips/${part}`, signal);
    case "port":
    case "router":
    case "subnet":
    case "network":
    case "security group":
      return cloud.delete("network", `/${kind.replace(" ", "-")}s/${part}`, signal);
  }
}

/** Nova says yes at once and takes its time; ports and groups are held until then. */
async function untilGone(cloud: Cloud, servers: readonly Found[], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + serversGoneMs;
  let waiting = [...servers];
  while (waiting.length > 0 && performance.now() < deadline) {
    const outcomes = await fanOut(waiting, { concurrency, signal }, ({ id }, signal) =>
      cloud.find("compute", `/servers/${encodeURIComponent(id)}`, signal),
    );
    waiting = waiting.filter((_, index) => {
      const outcome = outcomes[index];
      return outcome?.status === "rejected" || outcome?.value !== undefined;
    });
    if (waiting.length > 0) await delay(pollMs, undefined, { signal });
  }
}
