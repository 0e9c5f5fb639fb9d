/** What the listeners to RTP say in the result: true packet loss, read on the hosts. Part of `result.json`. */
import { z } from "zod";

const finite = z.number();
const count = z.int().min(0);

export const rtpSource = "RTP on the hosts";

const rtpShareSchema = z.strictObject({ part: finite, whole: finite, value: finite, source: z.literal(rtpSource) });

export const rtpKindSchema = z.strictObject({
  /** Most streams that were read at the same time. */
  streams: count,
  /** Packets that the streams' sequence numbers say were sent, and how many of them came. */
  expected: count,
  received: count,
  /** Lost of expected, before any repair. Null: nothing was expected. */
  loss: rtpShareSchema.nullable(),
  late: count,
  duplicate: count,
  /** RFC 3550: mean over streams and seconds, and the worst stream's. */
  jitterMs: finite,
  maxJitterMs: finite,
});

/** Steady window. */
const rtpFiguresSchema = {
  /** Audio and video together, before repair. Null with `reason`. */
  loss: rtpShareSchema.nullable(),
  /**
   * Lost packets that were sent again and came, at most: which packet a retransmission repeats is encrypted, and one
   * may be sent more than once. Below a share of 1 the retransmissions are a sample of their own.
   */
  repaired: count.nullable(),
  /** Accordingly at least this. */
  lossAfterRepair: rtpShareSchema.nullable(),
  audio: rtpKindSchema.nullable(),
  video: rtpKindSchema.nullable(),
  /** Of all streams, the share that was read: 1, 0.5, 0.25, … whole streams, by their SSRC. The least over time and hosts. */
  streamShare: finite.nullable(),
  /** Packets that the listener itself missed: the seconds in which that happened are left out. */
  missed: count.nullable(),
};

export const hostRtpSchema = z.strictObject({
  ...rtpFiguresSchema,
  /** Why there is no loss, or why it does not stand for the whole window; null: it does. */
  reason: z.string().nullable(),
  seconds: count,
  secondsExpected: count,
  /** Of one core, used by the listener. */
  cpuPercent: finite.nullable(),
});

export const rtpResultSchema = z.strictObject({
  ...rtpFiguresSchema,
  /** Why it is not judged; null: it was measured on every host that had something to receive. */
  reason: z.string().nullable(),
  /** Hosts that measured it, of those that had something to receive and were not lost. */
  hosts: z.strictObject({ measured: count, expected: count }),
});

export type RtpKind = z.infer<typeof rtpKindSchema>;
export type HostRtp = z.infer<typeof hostRtpSchema>;
export type RtpResult = z.infer<typeof rtpResultSchema>;
