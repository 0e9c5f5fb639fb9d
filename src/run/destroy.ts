import type { Released } from "../fleet/fleet.ts";
import type { FleetHost } from "../fleet/hosts-file.ts";
import type { Teardown } from "../metrics/result.ts";
import { cleanupHost } from "../playbook/generate.ts";
import { fanOut } from "../remote/fan-out.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";
import { readJournal } from "./journal.ts";
import { fleetContext } from "./provision.ts";
import { writeJson } from "./store.ts";

export type DestroyContext = Pick<
  RunContext,
  "config" | "folder" | "journal" | "pool" | "fleet" | "emit" | "log" | "now"
> & {
  /** Null when there is no key or secret to reach the server with. */
  target: RunContext["target"] | null;
  runId: string;
};

/**
 * Removes everything that the journal says the run may own, and proves it. Can be called again and again.
 * @returns what was made and removed; `complete` is false when anything may be left, with each leftover named
 */
export async function destroy(
  context: DestroyContext,
  hosts: readonly FleetHost[],
  signal: AbortSignal,
): Promise<Teardown> {
  const { config, folder, journal, pool, emit, now } = context;
  const owned = journal.owned();
  const leftovers: string[] = [];

  // What goes with its host need not be restored on it.
  const toClean = context.fleet.disposable ? [] : owned.hosts;
  const known = toClean.map((name) => hosts.find((host) => host.name === name) ?? name);
  await fanOut(known, { concurrency: config.ssh.concurrency, signal }, async (host) => {
    if (typeof host === "string") {
      leftovers.push(`host ${host}: not in hosts.json, so it cannot be reached`);
      return;
    }
    try {
      const cleaned = await cleanupHost(await pool.get(host, signal), {
        runId: context.runId,
        host: host.name,
        signal,
      });
      if (cleaned.left.length > 0) {
        leftovers.push(...cleaned.left.map((what) => `host ${host.name}: ${what}`));
        return;
      }
      journal.write({
        event: "host-cleaned",
        host: host.name,
        made: cleaned.made,
        removed: cleaned.removed,
        note: cleaned.note,
      });
      emit({ type: "host", phase: "destroy", host: host.name, status: "done", detail: "as it was" });
    } catch (error) {
      leftovers.push(`host ${host.name}: ${errorLine(error, host.name)}`);
      emit({ type: "host", phase: "destroy", host: host.name, status: "failed", detail: errorLine(error, host.name) });
    }
  });
  if (signal.aborted) {
    const done = new Set(leftovers.map((text) => text.split(/[ :]/)[1]));
    const still = toClean.length === 0 ? [] : journal.owned().hosts.filter((name) => !done.has(name));
    leftovers.push(...still.map((name) => `host ${name}: not reached, teardown was interrupted`));
  }
  const roomsNote = await deleteRooms(context, { rooms: owned.rooms, leftovers, signal });
  // While the hosts are there to say goodbye to.
  if (context.fleet.disposable) await pool.close();
  const released = await context.fleet.release(fleetContext(context, "destroy", signal));
  leftovers.push(...released.leftovers);
  if (context.fleet.disposable && released.leftovers.length === 0) {
    for (const host of owned.hosts) {
      journal.write({ event: "host-cleaned", host, made: 0, removed: 0, note: "gone with its VM" });
    }
  }

  const teardown = proof(context, { leftovers, roomsNote, released, finishedAtMs: now() });
  writeJson(folder.teardown, teardown);
  emit({ type: "teardown", teardown });
  return teardown;
}

async function deleteRooms(
  context: DestroyContext,
  { rooms, leftovers, signal }: { rooms: readonly string[]; leftovers: string[]; signal: AbortSignal },
): Promise<string | null> {
  if (rooms.length === 0) return null;
  if (!context.target) {
    leftovers.push(
      `${rooms.length} rooms on the LiveKit server: no LIVEKIT_API_SECRET to delete them with (an empty room ends by itself within 5 minutes)`,
    );
    return null;
  }
  try {
    const { deleted, failed } = await context.target.deleteRooms(rooms, signal);
    if (deleted.length > 0) context.journal.write({ event: "rooms-deleted", rooms: deleted });
    leftovers.push(...failed.map(({ room, error }) => `room ${room}: ${error}`));
    return null;
  } catch (error) {
    leftovers.push(`${rooms.length} rooms on the LiveKit server: ${errorLine(error)}`);
    return errorLine(error);
  }
}

/** Made and removed, over all attempts: from the journal, not from memory. */
function proof(
  context: DestroyContext,
  end: { leftovers: string[]; roomsNote: string | null; released: Released; finishedAtMs: number },
): Teardown {
  const { leftovers, roomsNote, released, finishedAtMs } = end;
  const entries = readJournal(context.folder.journal);
  const hostsTouched = new Set(entries.flatMap((entry) => (entry.event === "host-intent" ? [entry.host] : [])));
  const owned = context.journal.owned();
  const rooms = new Set(entries.flatMap((entry) => (entry.event === "rooms-intent" ? entry.rooms : [])));
  const restored = context.fleet.disposable ? [] : [...hostsTouched];
  const items: Teardown["items"] = restored.map((host) => {
    const cleanings = entries.filter((entry) => entry.event === "host-cleaned" && entry.host === host);
    const sum = (pick: (entry: { made: number; removed: number }) => number) =>
      cleanings.reduce((total, entry) => total + (entry.event === "host-cleaned" ? pick(entry) : 0), 0);
    const last = cleanings.at(-1);
    return {
      what: "processes, files and kernel settings",
      where: host,
      made: sum((entry) => entry.made),
      removed: sum((entry) => entry.removed),
      note: owned.hosts.includes(host) ? "not cleaned" : last?.event === "host-cleaned" ? last.note : null,
    };
  });
  if (rooms.size > 0) {
    items.push({
      what: "rooms",
      where: "LiveKit server",
      made: rooms.size,
      removed: rooms.size - owned.rooms.length,
      note: roomsNote,
    });
  }
  items.push(...released.items);
  return {
    schema: "lkload/teardown",
    version: 1,
    finishedAtMs,
    complete: leftovers.length === 0,
    items,
    leftovers,
  };
}
