/**
 * `result.json`: everything that the reports say, as one versioned document.
 * Times `…AtMs` are epoch ms by the controller's clock (host times are corrected by the measured offset).
 * A figure that was not measured is null, with the reason beside it; never 0.
 */
import { z } from "zod";
import { planSchema } from "../plan/plan.ts";
import { kubernetesResultSchema } from "./kubernetes/result.ts";
import { distributionSchema, shareSchema } from "./measured.ts";
import { probesResultSchema } from "./probes/result.ts";
import { serversResultSchema } from "./server-result.ts";
import { attributionSchema } from "./attribution/result.ts";
import { hostRtpSchema, rtpResultSchema } from "./rtp-result.ts";
import { sourceSchema } from "./source.ts";
import { bootTimesSchema, clockSchema, configuredHostSchema, runFileSchema } from "./raw.ts";

const finite = z.number();
const count = z.int().min(0);

/** Epoch ms by the controller's clock. */
const rangeSchema = z.strictObject({ fromMs: finite, toMs: finite });

export const thresholdResultSchema = z.strictObject({
  metric: z.string(),
  meaning: z.string(),
  op: z.enum(["<=", ">=", "<", ">"]),
  target: finite,
  unit: z.enum(["%", "ms"]),
  origin: z.enum(["user", "default"]),
  measured: finite.nullable(),
  source: sourceSchema.nullable(),
  n: count.nullable(),
  window: z.enum(["steady", "load"]),
  /** Judged on windows that slide: figure, n and source are those of the worst. Null: on the whole window. */
  sliding: z
    .strictObject({
      forMs: finite,
      /** Windows that could be judged, of those that there were. */
      judged: count,
      windows: count,
      worst: z.strictObject({ fromMs: finite, toMs: finite }).nullable(),
      /** Whether it ended the load. */
      aborted: z.boolean(),
    })
    .nullable()
    .default(null),
  status: z.enum(["passed", "failed", "not judged"]),
  /** Why it was not judged, or why one that failed has no figure; null otherwise. */
  reason: z.string().nullable(),
});

export const reasonSchema = z.strictObject({
  /** `threshold`, or what makes the measurement untrustworthy. */
  kind: z.enum([
    "threshold",
    "interrupted",
    "saturated",
    "udp-drops",
    "lost-host",
    "coverage",
    "clock",
    "no-source",
    "no-steady-window",
    "no-load",
  ]),
  /** One sentence for people. */
  text: z.string(),
  host: z.string().nullable(),
});

export const seriesSchema = z.strictObject({
  name: z.string(),
  /** What is plotted together: one chart per group. */
  group: z.string(),
  unit: z.string(),
  source: sourceSchema,
  /** The host that it is about (`group: "busiest core"`, unit `%`, one per host: the report's heat strip); null: the whole run. */
  host: z.string().nullable(),
  /** [epoch ms, value], ascending, evenly spaced; a null value, or a hole in the spacing, is a gap. */
  points: z.array(z.tuple([finite, finite.nullable()])),
});

export const segmentResultSchema = z.strictObject({
  id: z.string(),
  host: z.string(),
  room: z.string(),
  intended: z.strictObject({ publishers: count, subscribers: count }),
  attempts: count,
  /** Start minus armed time, by the host's clock. Null: never started. */
  startErrorMs: finite.nullable(),
  exitCode: z.int().nullable(),
  /** finished: ran to its own end; otherwise why it did not. */
  status: z.enum(["finished", "stopped", "killed", "failed", "lost"]),
  publishersJoined: count,
  subscribersJoined: count,
  /** lk printed "Finished connecting": only then is it known that those without an error joined. */
  finishedConnecting: z.boolean(),
  tracksSubscribed: count,
  steadyFromMs: finite.nullable(),
  steadyToMs: finite.nullable(),
  lkReported: z
    .strictObject({ bitrateBps: finite.nullable(), packets: count, drops: count, errors: count })
    .nullable()
    .describe("from lk's own summary table: drops are those of its sample builder, not packet loss"),
});

export const hostResultSchema = z.strictObject({
  name: z.string(),
  address: z.string(),
  status: z.enum(["finished", "partial", "lost", "unused"]),
  error: z.string().nullable(),
  participants: z.strictObject({ intended: count, joined: count }),
  tracks: z.strictObject({ expectedMin: count, expectedMax: count, subscribed: count }),
  clockBefore: clockSchema.nullable(),
  clockAfter: clockSchema.nullable(),
  startErrorMs: finite.nullable(),
  retries: count,
  /** Steady window. Null: not measured. */
  maxCorePercent: finite.nullable(),
  maxCore: z.int().nullable(),
  /** Longest time any one core was above 85 %. */
  saturatedMs: finite.nullable(),
  meanCpuPercent: finite.nullable(),
  stealPercent: finite.nullable(),
  /** Second by second of the core that most was stolen from. Null: not measured, or an earlier version's result. */
  maxCoreStealPercent: finite.nullable().default(null),
  minMemoryAvailableKb: finite.nullable(),
  rxBps: finite.nullable(),
  txBps: finite.nullable(),
  udpRcvbufErrors: count.nullable(),
  udpSndbufErrors: count.nullable(),
  softnetDrops: count.nullable(),
  softnetSqueezes: count.nullable(),
  nicDrops: count.nullable(),
  samples: count,
  samplesExpected: count,
  /** Packets lost on the way to this host, by their sequence numbers. */
  rtp: hostRtpSchema,
  /** Of a VM that was made for the run. */
  boot: bootTimesSchema.optional(),
  configured: configuredHostSchema.nullable(),
});

export const resultSchema = z.strictObject({
  schema: z.literal("lkload/result"),
  version: z.literal(1),
  run: runFileSchema,
  name: z.string(),
  scenario: z.string().nullable(),
  /** What lk was asked for, and how long: copied from the plan. */
  lk: planSchema.shape.lk,
  timing: planSchema.shape.timing,
  livekit: z.strictObject({ url: z.string(), serverVersion: z.string().nullable() }),
  verdict: z.strictObject({
    status: z.enum(["pass", "fail", "invalid"]),
    /** One sentence. */
    headline: z.string(),
    reasons: z.array(reasonSchema),
  }),
  thresholds: z.array(thresholdResultSchema),
  warnings: z.array(z.string()),
  phases: z.strictObject({
    startAtMs: finite.nullable(),
    rampEndAtMs: finite.nullable(),
    /** From the common start until all processes held their load. */
    ramp: rangeSchema.nullable().default(null),
    /** From there until the last of the ramp's tracks had come. */
    settle: rangeSchema.nullable().default(null),
    /** From there for as long as all processes held their load; null when they never did together. */
    steady: z.strictObject({ fromMs: finite, toMs: finite, durationMs: finite }).nullable(),
    /** From there until the last process had ended. */
    drain: rangeSchema.nullable().default(null),
    endAtMs: finite.nullable(),
  }),
  totals: z.strictObject({
    product: z.string(),
    hosts: z.strictObject({ intended: count, finished: count }),
    participants: z.strictObject({ intended: count, joined: count, source: sourceSchema }),
    publishers: z.strictObject({ intended: count, joined: count }),
    subscribers: z.strictObject({ intended: count, joined: count }),
    tracks: z.strictObject({ expectedMin: count, expectedMax: count, subscribed: count }),
    rooms: count,
    /** Most participants that the server itself listed at once; null when it was never asked with success. */
    serverParticipantsPeak: count.nullable(),
  }),
  start: z.strictObject({
    /** Latest start minus earliest, corrected by the clocks' offsets. Null below two started hosts. */
    skewMs: finite.nullable(),
    /** What the skew may be off by: the two largest clock errors added up. */
    skewErrorMs: finite.nullable(),
  }),
  latency: z.strictObject({
    firstTrack: distributionSchema.nullable(),
    allTracks: distributionSchema.nullable(),
    publish: distributionSchema.nullable(),
    serverTrackSubscribe: distributionSchema.nullable(),
    serverTrackPublish: distributionSchema.nullable(),
    serverJoin: distributionSchema.nullable(),
  }),
  media: z.strictObject({
    /** Packets lost on the way to the hosts, by their sequence numbers. Loss is judged on it where its `reason` is null. */
    rtp: rtpResultSchema,
    /** Server's counters, steady window, outgoing (server to subscribers). Null with `lossReason`. */
    loss: shareSchema.nullable(),
    lossReason: z.string().nullable(),
    incomingLoss: shareSchema.nullable(),
    retransmission: shareSchema.nullable(),
    /** From which scrape to which the server's counters were compared: around the steady window. Null with `lossReason`. */
    serverWindow: z.strictObject({ fromMs: finite, toMs: finite, note: z.string() }).nullable(),
    packetsOut: count.nullable(),
    bytesOut: count.nullable(),
    packetsIn: count.nullable(),
    bytesIn: count.nullable(),
    /** NIC counters of all hosts, steady window. */
    hostsRxBps: finite.nullable(),
    hostsTxBps: finite.nullable(),
    /** lk's sample-builder drops over packets + drops: labelled as such, never judged. */
    lkReportedDrops: shareSchema.nullable(),
    lkReportedBitrateBps: finite.nullable(),
  }),
  coverage: z.strictObject({
    hosts: shareSchema,
    hostSamples: shareSchema.nullable(),
    roomPolls: shareSchema.nullable(),
    scrapes: shareSchema.nullable(),
    /** What the cluster answered of all that it should have been asked during the load. Null: none was watched. */
    kubernetesPolls: shareSchema.nullable().default(null),
    /** The server's participants against the intended ones, at its best poll in the steady window. */
    serverParticipants: shareSchema.nullable(),
  }),
  errors: z.array(
    z.strictObject({
      kind: z.enum(["connect", "publish", "subscribe", "crash", "start", "other"]),
      message: z.string(),
      count: count,
      hosts: z.array(z.string()),
      /** Where the first one stands: `hosts/<host>/stream.log:<line>`. */
      first: z.string(),
    }),
  ),
  rooms: z.array(
    z.strictObject({
      name: z.string(),
      intended: count,
      serverPeak: count.nullable(),
      tracksSubscribed: count,
      expectedTracksPerSubscriber: z.strictObject({ min: count, max: count }),
      /** The server that it lived on, as a join was told; several when it moved. Null: not asked, or not told. */
      homes: z
        .array(z.strictObject({ nodeId: z.string(), server: z.string().nullable(), source: sourceSchema }))
        .nullable()
        .default(null),
    }),
  ),
  hosts: z.array(hostResultSchema),
  segments: z.array(segmentResultSchema),
  series: z.array(seriesSchema),
  events: z.array(z.strictObject({ atMs: finite, text: z.string(), host: z.string().nullable() })),
  /** Who measured the figures that have no `source` beside them, by their path. */
  sources: z.record(z.string(), z.string()).default({}),
  /** What each LiveKit server said of itself. Null: none was scraped. */
  servers: serversResultSchema.nullable().default(null),
  /** Where packets or time were lost, and what says so. */
  attribution: attributionSchema,
  /** What the cluster did. Null: none was watched. */
  kubernetes: kubernetesResultSchema.nullable().default(null),
  /** What real clients in the rooms saw. Null: none were asked for. */
  probes: probesResultSchema.nullable().default(null),
});

export type Result = z.infer<typeof resultSchema>;
export type HostResult = z.infer<typeof hostResultSchema>;
export type SegmentResult = z.infer<typeof segmentResultSchema>;
export type ThresholdResult = z.infer<typeof thresholdResultSchema>;
export type Distribution = z.infer<typeof distributionSchema>;
export type ProbesResult = NonNullable<Result["probes"]>;
export type Share = z.infer<typeof shareSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type Series = z.infer<typeof seriesSchema>;
export type Source = z.infer<typeof sourceSchema>;

/** `teardown.json`: what the run had made or changed, and the proof that it is gone. */
export const teardownSchema = z.strictObject({
  schema: z.literal("lkload/teardown"),
  version: z.literal(1),
  finishedAtMs: finite,
  complete: z.boolean(),
  items: z.array(
    z.strictObject({ what: z.string(), where: z.string(), made: count, removed: count, note: z.string().nullable() }),
  ),
  leftovers: z.array(z.string()),
});
export type Teardown = z.infer<typeof teardownSchema>;
