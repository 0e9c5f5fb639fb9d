/** What the process of the probes is told, as one JSON line on its standard input: never in its arguments. */
import { z } from "zod";

export const probeOrdersSchema = z.strictObject({
  url: z.string(),
  apiKey: z.string(),
  apiSecret: z.string(),
  rooms: z.array(z.string()),
  /** Subscriber probes in each room. */
  perRoom: z.int(),
  /** Of every probe's identity. */
  identityPrefix: z.string(),
  /** Of the load's identities. */
  loadPrefixes: z.array(z.string()),
  intervalMs: z.number(),
  /** Epoch ms: when the probes join, and when they begin no more visits. */
  fromMs: z.number(),
  untilMs: z.number(),
});

export type ProbeOrders = z.infer<typeof probeOrdersSchema>;

/** A join, a subscription, a first picture or an echo that takes longer has failed. */
export const stepLimitMs = 10_000;

/** The client, as npm knows it; the version that package.json has. */
export const probeClient = "@livekit/rtc-node@1.1.0";
/** Makes the process only load the client. */
export const checkArgument = "--check";
