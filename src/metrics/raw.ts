/** The files that the analysis reads besides the plan and the hosts' streams: what each earlier phase wrote. */
import { z } from "zod";

const finite = z.number();
const versioned = <Name extends string>(name: Name) => ({ schema: z.literal(name), version: z.literal(1) });

/** A VM's way to being usable, in ms. Null: not reached, or not seen. */
export const bootTimesSchema = z.strictObject({
  /** The VM's name in the cloud. */
  vm: z.string(),
  /** From asking for it to the cloud's word that it runs. */
  createMs: finite.nullable(),
  /** From then to SSH answering with the pinned key. */
  sshMs: finite.nullable(),
  /** From then to cloud-init being done. */
  readyMs: finite.nullable(),
});

/** `provisioned.json`, where hosts were made for the run. */
export const provisionedSchema = z.strictObject({
  ...versioned("lkload/provisioned"),
  boots: z.array(z.strictObject({ host: z.string(), ...bootTimesSchema.shape })),
  failed: z.array(z.strictObject({ name: z.string(), error: z.string() })),
});

/** `configured.json`, per host. */
export const configuredHostSchema = z.strictObject({
  name: z.string(),
  status: z.enum(["ready", "failed"]),
  /** Why the host is not used; null when it is ready. */
  error: z.string().nullable(),
  facts: z.strictObject({
    os: z.string().nullable(),
    kernel: z.string().nullable(),
    arch: z.string().nullable(),
    cores: z.int().nullable(),
    memoryKb: z.int().nullable(),
    /** CPU model, hypervisor and so on: `key=value` facts as the playbook printed them. */
    other: z.record(z.string(), z.string()),
  }),
  /** Kernel settings: what each was and is. */
  tuning: z.strictObject({
    applied: z.boolean(),
    reason: z.string().nullable(),
    knobs: z.array(
      z.strictObject({
        name: z.string(),
        state: z.enum(["changed", "ok", "absent", "denied"]),
        before: z.string(),
        after: z.string(),
      }),
    ),
  }),
  lk: z.strictObject({ version: z.string(), sha256: z.string(), path: z.string(), source: z.string() }).nullable(),
  warnings: z.array(z.string()),
  durationMs: finite,
});

export const configuredSchema = z.strictObject({
  ...versioned("lkload/configured"),
  hosts: z.array(configuredHostSchema),
});

/** A host clock against the controller's: `offsetMs` = host minus controller, true within ± `errorMs`. */
export const clockSchema = z.strictObject({
  offsetMs: finite,
  errorMs: finite,
  roundTrips: z.int(),
  /** Controller's epoch in ms at which it was measured. */
  measuredAtMs: finite,
});

/** `armed.json`. */
export const armedSchema = z.strictObject({
  ...versioned("lkload/armed"),
  /** The common start, epoch ms by the controller's clock. */
  startAtMs: finite,
  hosts: z.array(
    z.strictObject({
      name: z.string(),
      clock: clockSchema.nullable(),
      /** The common start by the host's own clock, epoch ms; null when the host was not armed. */
      startAtHostMs: finite.nullable(),
      error: z.string().nullable(),
    }),
  ),
});

/** `clocks-after.json`. */
export const clocksAfterSchema = z.strictObject({
  ...versioned("lkload/clocks-after"),
  hosts: z.array(z.strictObject({ name: z.string(), clock: clockSchema.nullable(), error: z.string().nullable() })),
});

/** A line of `observe/rooms.ndjson`: what the server says, every 10 s. */
export const roomsSampleSchema = z.strictObject({
  polledAtMs: finite,
  tookMs: finite,
  /** Null when the poll failed. */
  rooms: z
    .array(
      z.strictObject({
        name: z.string(),
        /** From listParticipants: participants in state ACTIVE whose identity begins with the run's prefixes. */
        participants: z.int(),
        publishers: z.int(),
        publishedTracks: z.int(),
      }),
    )
    .nullable(),
  error: z.string().nullable(),
});

/** A line of `observe/livekit-metrics.ndjson`: one scrape of one endpoint. */
export const scrapeSchema = z.strictObject({
  polledAtMs: finite,
  tookMs: finite,
  url: z.string(),
  /** The pod that was asked through the API server's proxy; left out where a URL was asked. */
  pod: z.strictObject({ name: z.string(), uid: z.string(), node: z.string().nullable() }).optional(),
  /** The exposition's lines that lkload knows how to use, unchanged; null when the scrape failed. */
  text: z.string().nullable(),
  error: z.string().nullable(),
});

/** A line of `observe/room-nodes.ndjson`: which server a room lives on, as a join was told. */
export const roomNodeSchema = z.strictObject({
  askedAtMs: finite,
  room: z.string(),
  /** LiveKit's id of the server process, the label `node_id` of its metrics; null when the join failed. */
  nodeId: z.string().nullable(),
  error: z.string().nullable(),
});

/** A line of `observe/answers.ndjson`: one plain request to LiveKit over a connection of its own, once per second. */
export const answerSampleSchema = z.strictObject({
  polledAtMs: finite,
  /** TCP handshake: the kernel of the target, or of a proxy before it, makes it. Null: not connected. */
  connectMs: finite.nullable(),
  /** From the request to the first line of the answer, TLS not counted. Null with `error`. */
  answerMs: finite.nullable(),
  error: z.string().nullable(),
});

/** What became of the load as the controller saw it: `load.json`. */
export const loadFileSchema = z.strictObject({
  ...versioned("lkload/load"),
  startedAtMs: finite,
  endedAtMs: finite,
  /** `finished`, or why the load was ended early. */
  outcome: z.enum(["finished", "interrupted", "failed", "aborted"]),
  reason: z.string().nullable(),
  /** The threshold that ended the load, and the window that broke it; epoch ms. */
  abortedBy: z
    .strictObject({ metric: z.string(), fromMs: finite, toMs: finite, measured: finite.nullable() })
    .nullable()
    .default(null),
  hosts: z.array(
    z.strictObject({ name: z.string(), collected: z.boolean(), streamBytes: z.int(), error: z.string().nullable() }),
  ),
});

/** Provenance, written by the plan phase: `run.json`. */
export const runFileSchema = z.strictObject({
  ...versioned("lkload/run"),
  runId: z.string(),
  lkloadVersion: z.string(),
  createdAtMs: finite,
  /** Pasteable, with secrets left out. */
  command: z.string(),
  controller: z.strictObject({ node: z.string(), platform: z.string(), cores: z.int() }),
  gitSha: z.string().nullable(),
});

/** `target.json`: what the target said about itself before the run. */
export const targetFileSchema = z.strictObject({
  ...versioned("lkload/target"),
  checkedAtMs: finite,
  url: z.string(),
  serverVersion: z.string().nullable(),
  nodeId: z.string().nullable(),
  region: z.string().nullable(),
});

export type TargetFile = z.infer<typeof targetFileSchema>;
export type ConfiguredHost = z.infer<typeof configuredHostSchema>;
export type Provisioned = z.infer<typeof provisionedSchema>;
export type Configured = z.infer<typeof configuredSchema>;
export type Clock = z.infer<typeof clockSchema>;
export type Armed = z.infer<typeof armedSchema>;
export type ClocksAfter = z.infer<typeof clocksAfterSchema>;
export type RoomsSample = z.infer<typeof roomsSampleSchema>;
export type AnswerSample = z.infer<typeof answerSampleSchema>;
export type Scrape = z.infer<typeof scrapeSchema>;
export type PodRef = NonNullable<Scrape["pod"]>;
export type RoomNode = z.infer<typeof roomNodeSchema>;
export type LoadFile = z.infer<typeof loadFileSchema>;
export type RunFile = z.infer<typeof runFileSchema>;
