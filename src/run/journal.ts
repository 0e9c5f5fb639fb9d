/**
 * `journal.ndjson`: what a run has made or is about to make. Append-only, flushed to disk before each side effect,
 * so that whatever happens to this process, the folder tells what has to be cleaned up.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";
import {
  cloudFoundSchema,
  cloudIntentSchema,
  cloudLeftSchema,
  cloudMadeSchema,
  type FleetJournal,
  type FleetNote,
} from "../fleet/fleet-journal.ts";

const at = { v: z.literal(1), atMs: z.number() };

export const journalEntrySchema = z.discriminatedUnion("event", [
  z.strictObject({ ...at, event: z.literal("run-created"), runId: z.string() }),
  z.strictObject({ ...at, event: z.literal("phase-started"), phase: z.string() }),
  z.strictObject({
    ...at,
    event: z.literal("phase-ended"),
    phase: z.string(),
    outcome: z.enum(["done", "failed"]),
    detail: z.string().nullable(),
  }),
  /** Files and settings on this host are about to be changed. */
  z.strictObject({ ...at, event: z.literal("host-intent"), host: z.string() }),
  /** The host is as it was: no process, no file, settings restored. */
  z.strictObject({
    ...at,
    event: z.literal("host-cleaned"),
    host: z.string(),
    made: z.int(),
    removed: z.int(),
    note: z.string().nullable(),
  }),
  /** Rooms of these names may come into being on the server. */
  z.strictObject({ ...at, event: z.literal("rooms-intent"), rooms: z.array(z.string()) }),
  z.strictObject({ ...at, event: z.literal("rooms-deleted"), rooms: z.array(z.string()) }),
  /** A fleet is about to make something in a cloud, has made it, sees it there, and has removed it. */
  z.strictObject({ ...at, ...cloudIntentSchema.shape }),
  z.strictObject({ ...at, ...cloudMadeSchema.shape }),
  z.strictObject({ ...at, ...cloudFoundSchema.shape }),
  z.strictObject({ ...at, ...cloudLeftSchema.shape }),
  z.strictObject({ ...at, event: z.literal("run-ended"), exitCode: z.int() }),
]);

export type JournalEntry = z.infer<typeof journalEntrySchema>;
type WithoutStamp<Entry> = Entry extends unknown ? Omit<Entry, "v" | "atMs"> : never;
export type JournalNote = WithoutStamp<JournalEntry>;

/** What a run still owns, by its journal. */
export type Owned = { hosts: string[]; rooms: string[]; clouds: OwnedCloud[] };

/** What was asked for there, and not known to be gone: by the last list where there was one. */
export type OwnedCloud = { place: string; where: string; resources: { kind: string; count: number }[] };

export class Journal {
  readonly #path: string;
  readonly #now: () => number;

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Returns once the entry is on the disk. Synchronous on purpose: nothing may happen between note and flush. */
  write(note: JournalNote): void {
    const file = openSync(this.#path, "a", 0o600);
    try {
      writeSync(file, `${JSON.stringify({ v: 1, atMs: this.#now(), ...note })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  read(): JournalEntry[] {
    return readJournal(this.#path);
  }

  owned(): Owned {
    return ownedBy(this.read());
  }

  /** What fleets have to do with it. */
  forFleet(): FleetJournal {
    return {
      note: (note) => this.write(note),
      notes: () => this.read().filter((entry): entry is JournalEntry & FleetNote => entry.event.startsWith("cloud-")),
    };
  }
}

/** All whole entries; a last line that was cut by a crash is left out (its side effect had not begun). */
export function readJournal(path: string): JournalEntry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  const entries: JournalEntry[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    try {
      entries.push(journalEntrySchema.parse(JSON.parse(line)));
    } catch (error) {
      if (index === lines.length - 1) break;
      throw new Error(`${path}:${index + 1}: not a journal entry`, { cause: error });
    }
  }
  return entries;
}

/** Everything intended and not known to be gone. */
export function ownedBy(entries: readonly JournalEntry[]): Owned {
  const hosts = new Set<string>();
  const rooms = new Set<string>();
  const clouds = new Map<string, OwnedCloud>();
  for (const entry of entries) {
    if (entry.event === "host-intent") hosts.add(entry.host);
    else if (entry.event === "host-cleaned") hosts.delete(entry.host);
    else if (entry.event === "rooms-intent") for (const room of entry.rooms) rooms.add(room);
    else if (entry.event === "rooms-deleted") for (const room of entry.rooms) rooms.delete(room);
    else if (entry.event === "cloud-intent") {
      clouds.set(entry.place, { place: entry.place, where: entry.where, resources: entry.creates });
    } else if (entry.event === "cloud-left") {
      const cloud = clouds.get(entry.place);
      if (entry.resources.length === 0) clouds.delete(entry.place);
      else if (cloud !== undefined) cloud.resources = countedByKind(entry.resources);
    }
  }
  return { hosts: [...hosts], rooms: [...rooms], clouds: [...clouds.values()] };
}

function countedByKind(resources: readonly { kind: string }[]): OwnedCloud["resources"] {
  return [...Map.groupBy(resources, ({ kind }) => kind)].map(([kind, all]) => ({ kind, count: all.length }));
}
