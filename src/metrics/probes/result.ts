/** What the result says about the probes. */
import { z } from "zod";
import { distributionSchema, shareSchema } from "../measured.ts";

const finite = z.number();
const count = z.int().min(0);

export const probesResultSchema = z.strictObject({
  /** The client and its version; null when it never came up. */
  client: z.string().nullable(),
  /** What was asked for: copied from the plan. */
  rooms: z.array(z.string()),
  perRoom: count,
  intervalMs: finite,
  /** Why there are no figures; null when there are. */
  reason: z.string().nullable(),
  /** Why the figures say nothing about the target, such as a saturated machine; null when they can be trusted. */
  distrust: z.string().nullable(),
  /** Of the machine that the probes ran on, steady window; null: not sampled then. */
  machine: z
    .strictObject({
      cores: count,
      maxCorePercent: finite,
      maxCore: count,
      /** Longest time that any one core was above 85 %. */
      saturatedMs: finite,
      /** Of the probes' own process, % of one core. */
      meanOwnCpuPercent: finite,
      /** Longest time that the process was late for its own timers: what its times may be too long by. */
      longestDelayMs: finite,
      samples: count,
      samplesExpected: count,
    })
    .nullable(),
  /** Visits begun in the steady window, of those that were due. */
  visits: shareSchema.nullable(),
  /** Visits whose join worked. */
  joined: shareSchema.nullable(),
  join: distributionSchema.nullable(),
  subscribe: distributionSchema.nullable(),
  firstFrame: distributionSchema.nullable(),
  /** From one client's picture to another's, through encoder, network, server, jitter buffer and decoder. */
  latency: distributionSchema.nullable(),
  /** Pictures whose time mark could not be read. */
  unreadablePictures: count.nullable(),
  /** There and back over the reliable data channel, by way of another client. */
  dataRoundTrip: distributionSchema.nullable(),
  /** Between the probe and the server: STUN over the path in use. */
  rtt: distributionSchema.nullable(),
  jitter: distributionSchema.nullable(),
  /** As libwebrtc counts: what was never received, or received only when sent again over RTX, is lost. */
  audioLoss: shareSchema.nullable(),
  videoLoss: shareSchema.nullable(),
  /** Time that pictures stood still, of the time that was watched: ms of ms. */
  frozen: shareSchema.nullable(),
  freezes: count.nullable(),
  /** Audio samples made up, of all that were played; silence does not count. */
  concealed: shareSchema.nullable(),
  /** Probes that stay: how often their connection was lost or had to be mended. */
  lostConnections: count,
  reconnections: count,
  /** How often the probes' process crashed. */
  crashes: count,
  errors: z.array(
    z.strictObject({
      what: z.string(),
      message: z.string(),
      count,
      rooms: z.array(z.string()),
      firstAtMs: finite,
    }),
  ),
  byRoom: z.array(
    z.strictObject({
      room: z.string(),
      join: distributionSchema.nullable(),
      latency: distributionSchema.nullable(),
      joined: shareSchema.nullable(),
    }),
  ),
});
