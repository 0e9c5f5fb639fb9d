/**
 * The lines of `observe/probes.ndjson`: what real libwebrtc clients in the rooms saw. `atMs` is epoch ms by the clock
 * of the probes' machine, which is the controller's; times that took `…Ms` are by its monotonic clock.
 */
import { z } from "zod";

const finite = z.number();
const count = z.int().min(0);
const versioned = { schema: z.literal("lkload/probes"), version: z.literal(1), atMs: finite };
const media = z.enum(["audio", "video"]);
const where = { room: z.string(), probe: z.string() };

/** The client is loaded and will act. */
const helloSchema = z.strictObject({
  ...versioned,
  kind: z.literal("hello"),
  client: z.string(),
  node: z.string(),
  cores: count,
});

/** The machine that the probes run on, over the time since the line before. */
const machineSchema = z.strictObject({
  ...versioned,
  kind: z.literal("machine"),
  fromMs: finite,
  /** Busy share of each core, %. */
  cores: z.array(finite),
  /** Of the probes' own process, % of one core. */
  ownCpuPercent: finite,
  /** Longest time that the process was late for its own timers: what its times may be too long by. */
  longestDelayMs: finite,
});

/** A step that takes time and can fail: `ms` is null when it failed, `error` then says why. */
const stepSchema = z.strictObject({ startedAtMs: finite, ms: finite.nullable(), error: z.string().nullable() });

const trackVisitSchema = z.strictObject({
  media,
  /** Whose track it is: of a participant of the load, or of the probes' own publisher. */
  of: z.enum(["load", "probe"]),
  /** From setSubscribed(true) to TrackSubscribed. */
  subscribe: stepSchema,
  /** From setSubscribed(true) to the first decoded picture; null where it was not waited for: for tracks of the load. */
  firstFrame: stepSchema.nullable(),
});

/** One visit of a room: join, subscribe, first frame, leave. */
const visitSchema = z.strictObject({
  ...versioned,
  kind: z.literal("visit"),
  ...where,
  /** When the visit was due. */
  dueAtMs: finite,
  /** Visits that were due while the one before was still going on, and so were never made. */
  skipped: count,
  join: stepSchema,
  tracks: z.array(trackVisitSchema),
});

/** One of the probes that stay. */
const residentSchema = z.strictObject({
  ...versioned,
  kind: z.literal("resident"),
  ...where,
  event: z.enum(["joined", "join failed", "published", "subscribed", "failed", "reconnecting", "reconnected", "lost"]),
  ms: finite.nullable(),
  text: z.string().nullable(),
});

/** Counters of one track as libwebrtc counts them since it was subscribed (W3C webrtc-stats, RTCInboundRtpStreamStats). */
const inboundSchema = z.strictObject({
  of: z.enum(["load", "probe"]),
  media,
  ssrc: count,
  packetsReceived: finite,
  packetsLost: finite,
  retransmittedPacketsReceived: finite,
  jitterMs: finite,
  framesDecoded: finite,
  framesDropped: finite,
  freezeCount: finite,
  freezesMs: finite,
  samplesReceived: finite,
  concealedSamples: finite,
  silentConcealedSamples: finite,
});

/** About every second, of a probe that stays and listens. */
const listenSchema = z.strictObject({
  ...versioned,
  kind: z.literal("listen"),
  ...where,
  /** Counts up with each connection: its counters begin anew. */
  connection: count,
  /** Of each picture that came with a readable time mark since the line before. */
  latencyMs: z.array(finite),
  unreadable: count,
  /** Round trips of the ICE candidate pair in use, since it came into use (resolution 1 ms). */
  roundTrips: z.strictObject({ count: finite, totalMs: finite }).nullable(),
  inbound: z.array(inboundSchema),
});

/** There and back over the reliable data channel, through the server, to the publisher probe. */
const echoSchema = z.strictObject({ ...versioned, kind: z.literal("echo"), ...where, step: stepSchema });

/** The probes' process has ended. */
const endSchema = z.strictObject({
  ...versioned,
  kind: z.literal("end"),
  outcome: z.enum(["done", "crashed"]),
  text: z.string().nullable(),
});

export const probeLineSchema = z.discriminatedUnion("kind", [
  helloSchema,
  machineSchema,
  visitSchema,
  residentSchema,
  listenSchema,
  echoSchema,
  endSchema,
]);

export type ProbeLine = z.infer<typeof probeLineSchema>;
export type ProbeLineOf<Kind extends ProbeLine["kind"]> = Extract<ProbeLine, { kind: Kind }>;
export type ProbeInbound = z.infer<typeof inboundSchema>;
export type ProbeStep = z.infer<typeof stepSchema>;
type WithoutStamp<Line> = Line extends unknown ? Omit<Line, "schema" | "version" | "atMs"> : never;
/** What a probe says; the stamp is put on where it is written. */
export type ProbeNote = WithoutStamp<ProbeLine>;
