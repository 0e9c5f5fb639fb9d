/**
 * The plan: who does what, decided before anything is created. Pure data, written as `plan.json`.
 * Times are milliseconds after the common start unless a name says otherwise.
 */
import { z } from "zod";

const count = z.int().min(0);

/** One `lk` process: a host, a room, counts. */
export const segmentSchema = z.strictObject({
  /** `s1`, `s2`, … unique in the run; the source column of the host's stream. */
  id: z.string(),
  host: z.string(),
  room: z.string(),
  /** Unique in the run, so that no two processes share an identity. lk appends `_N` or `_pub_N`. */
  identityPrefix: z.string(),
  videoPublishers: count,
  audioPublishers: count,
  subscribers: count,
  /** When this process starts, after the common start. */
  startOffsetMs: count,
  /** From the process's start to the end of its ramp: when lk begins to hold, if everyone joins at once. */
  rampMs: count,
  /** lk's --duration: chosen so that all processes end together and none holds for less than the asked duration. */
  holdMs: count,
});

export const roomPlanSchema = z.strictObject({
  name: z.string(),
  publishers: count,
  videoPublishers: count,
  audioPublishers: count,
  subscribers: count,
  startOffsetMs: count,
  /** Tracks each subscriber of this room is expected to reach, by the layout's cap on participants. */
  expectedTracksPerSubscriber: z.strictObject({ min: count, max: count }),
});

export const hostPlanSchema = z.strictObject({
  name: z.string(),
  /** As the inventory names it (`user@address:port`), or `local`; empty for hosts that are still to be created. */
  address: z.string(),
  participants: count,
});

/** The VMs that are made for the run, and what else with them. */
const openstackPlanSchema = z.strictObject({
  /** Each has a stack and a state of its own. */
  clouds: z
    .array(
      z.strictObject({
        /** An entry of clouds.yaml; null: OS_CLOUD, else the OS_* variables. */
        cloud: z.string().nullable(),
        region: z.string().nullable(),
        /** `host`: one of the plan's hosts. `name`: the VM's in the cloud. */
        vms: z.array(z.strictObject({ host: z.string(), name: z.string() })).min(1),
        /** What is made there, kind by kind. */
        creates: z.array(z.strictObject({ kind: z.string(), count: z.int().min(1) })),
      }),
    )
    .min(1),
  /** In words, as the configuration has it. */
  flavor: z.string(),
  image: z.string(),
  network: z.string(),
});

const thresholdPlanSchema = z.strictObject({
  metric: z.string(),
  op: z.enum(["<=", ">=", "<", ">"]),
  value: z.number(),
  unit: z.enum(["%", "ms"]),
  origin: z.enum(["user", "default"]),
  /** Judged on every window of this length within the steady window. */
  forMs: z.number().positive().optional(),
  /** The load is ended when one of them breaks the limit. */
  abortOnFail: z.boolean().optional(),
});

/** Real clients in rooms under load: one that publishes and `perRoom` that subscribe. */
const probePlanSchema = z.strictObject({
  rooms: z.array(z.string()).min(1),
  perRoom: z.int().min(1),
  /** Between two joins of one probe. */
  intervalMs: z.number().positive(),
  /** Of every probe's identity, and of no participant of the load. */
  identityPrefix: z.string(),
  /** Joins that fall due while the load is held. */
  visits: count,
});

export const planSchema = z.strictObject({
  schema: z.literal("lkload/plan"),
  version: z.literal(1),
  runId: z.string(),
  name: z.string(),
  scenario: z.string().nullable(),
  fleet: z.enum(["hosts", "local", "openstack"]),
  /** Null where the fleet is there already. */
  openstack: openstackPlanSchema.nullable().default(null),
  minHosts: z.int().min(1),
  livekitUrl: z.string(),
  hosts: z.array(hostPlanSchema).min(1),
  rooms: z.array(roomPlanSchema).min(1),
  segments: z.array(segmentSchema).min(1),
  totals: z.strictObject({
    participants: count,
    publishers: count,
    videoPublishers: count,
    audioPublishers: count,
    subscribers: count,
    /** How the total came about, for people: `10 hosts × 100 = 1,000 participants`. */
    product: z.string(),
  }),
  lk: z.strictObject({
    videoResolution: z.enum(["high", "medium", "low"]),
    videoCodec: z.enum(["h264", "vp8"]),
    layout: z.enum(["speaker", "3x3", "4x4", "5x5"]),
    simulcast: z.boolean(),
    simulateSpeakers: z.boolean(),
    /** What lk really does: at most 10. */
    numPerSecond: z.number().positive(),
  }),
  timing: z.strictObject({
    /** Common start to the end of the last ramp. */
    rampMs: count,
    /** The duration asked for: held by every process after its ramp, and common to all of them after the last ramp. */
    durationMs: count,
    /** Common start to the intended end of the load. */
    totalMs: count,
  }),
  thresholds: z.array(thresholdPlanSchema),
  /** Null: no probes. */
  probes: probePlanSchema.nullable().default(null),
  /** The cluster that LiveKit runs in. `required`: without enough of it the run is invalid. Null: it is not watched. */
  kubernetes: z.strictObject({ required: z.boolean() }).nullable().default(null),
  warnings: z.array(z.string()),
  expiresAfterMs: count,
});

export type Segment = z.infer<typeof segmentSchema>;
export type RoomPlan = z.infer<typeof roomPlanSchema>;
export type HostPlan = z.infer<typeof hostPlanSchema>;
export type OpenstackPlan = z.infer<typeof openstackPlanSchema>;
export type ThresholdPlan = z.infer<typeof thresholdPlanSchema>;
export type ProbePlan = z.infer<typeof probePlanSchema>;
export type Plan = z.infer<typeof planSchema>;

/** Publishing participants of one process or room: lk lets the first N publish both kinds. */
export function publisherCount(counts: { videoPublishers: number; audioPublishers: number }): number {
  return Math.max(counts.videoPublishers, counts.audioPublishers);
}
