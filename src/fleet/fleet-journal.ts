/** What a fleet notes in the run's journal of the things that it makes in a cloud. */
import { z } from "zod";

const madeSchema = z.strictObject({ kind: z.string(), id: z.string(), name: z.string() });
/** Which of the run's clouds: its name in the folder. */
const place = { place: z.string() };

export const cloudIntentSchema = z.strictObject({
  event: z.literal("cloud-intent"),
  ...place,
  /** For people: `cloud acme, region west`. */
  where: z.string(),
  /** As in the plan. */
  cloud: z.string().nullable(),
  region: z.string().nullable(),
  /** Credentials for another project would find nothing, and that must not pass for nothing left. */
  projectId: z.string(),
  authUrl: z.string(),
  /** The clouds.yaml in use, absolute: a teardown takes it from any folder. Null: the OS_* variables. */
  cloudsFile: z.string().nullable().default(null),
  creates: z.array(z.strictObject({ kind: z.string(), count: z.int() })),
});

/** By terraform's own word. */
export const cloudMadeSchema = z.strictObject({
  event: z.literal("cloud-made"),
  ...place,
  resources: z.array(madeSchema),
});

/** By the cloud's own lists, before anything of it is deleted. */
export const cloudFoundSchema = z.strictObject({
  event: z.literal("cloud-found"),
  ...place,
  resources: z.array(madeSchema),
});

/** What the cloud's lists had at the end of a teardown; empty: nothing of the run is there. */
export const cloudLeftSchema = z.strictObject({
  event: z.literal("cloud-left"),
  ...place,
  resources: z.array(madeSchema),
  note: z.string().nullable(),
});

export type MadeResource = z.infer<typeof madeSchema>;
export type CloudIntent = z.infer<typeof cloudIntentSchema>;
export type FleetNote =
  | CloudIntent
  | z.infer<typeof cloudMadeSchema>
  | z.infer<typeof cloudFoundSchema>
  | z.infer<typeof cloudLeftSchema>;

/** The journal, as far as a fleet has a say in it. */
export interface FleetJournal {
  /** Returns once it is on the disk. */
  note(note: FleetNote): void;
  notes(): FleetNote[];
}
