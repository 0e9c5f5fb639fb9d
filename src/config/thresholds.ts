import { z } from "zod";
import { durationSchema, formatDuration } from "./duration.ts";

/** What a threshold can be set on: its unit and what it means, in the report's words. */
export const thresholdMetrics = {
  loss: {
    unit: "%",
    meaning:
      "packets lost on the way to the hosts, before repair (by the servers' counters where RTP cannot be read), steady window",
  },
  trackSubscribeP50: { unit: "ms", meaning: "median track subscribe time, by the servers' histograms" },
  trackSubscribeP90: { unit: "ms", meaning: "90th percentile of the track subscribe time, by the servers' histograms" },
  trackSubscribeP99: { unit: "ms", meaning: "99th percentile of the track subscribe time, by the servers' histograms" },
  firstTrackP50: { unit: "ms", meaning: "median time from a subscriber's intended start to its first track" },
  firstTrackP90: { unit: "ms", meaning: "90th percentile from a subscriber's intended start to its first track" },
  firstTrackP99: { unit: "ms", meaning: "99th percentile from a subscriber's intended start to its first track" },
  participantsJoined: { unit: "%", meaning: "participants joined of participants intended" },
  tracksSubscribed: { unit: "%", meaning: "tracks subscribed of tracks expected" },
  hostsFinished: { unit: "%", meaning: "hosts whose every lk process ran to its end" },
  retransmission: { unit: "%", meaning: "packets retransmitted of packets sent, by the servers' counters" },
  probeJoinP50: { unit: "ms", meaning: "median of the join time of probes, until signalling and media are connected" },
  probeJoinP95: {
    unit: "ms",
    meaning: "95th percentile of the join time of probes, until signalling and media are connected",
  },
  probeJoinP99: {
    unit: "ms",
    meaning: "99th percentile of the join time of probes, until signalling and media are connected",
  },
  probeSubscribeP50: { unit: "ms", meaning: "median of the track subscribe time of probes, exact" },
  probeSubscribeP95: { unit: "ms", meaning: "95th percentile of the track subscribe time of probes, exact" },
  probeSubscribeP99: { unit: "ms", meaning: "99th percentile of the track subscribe time of probes, exact" },
  probeFirstFrameP50: {
    unit: "ms",
    meaning: "median of the time of probes from the wish to subscribe to the first decoded picture",
  },
  probeFirstFrameP95: {
    unit: "ms",
    meaning: "95th percentile of the time of probes from the wish to subscribe to the first decoded picture",
  },
  probeFirstFrameP99: {
    unit: "ms",
    meaning: "99th percentile of the time of probes from the wish to subscribe to the first decoded picture",
  },
  probeLatencyP50: { unit: "ms", meaning: "median of the end-to-end latency of video from probe to probe" },
  probeLatencyP95: { unit: "ms", meaning: "95th percentile of the end-to-end latency of video from probe to probe" },
  probeLatencyP99: { unit: "ms", meaning: "99th percentile of the end-to-end latency of video from probe to probe" },
  probeDataRoundTripP50: {
    unit: "ms",
    meaning: "median of the round trip of probes over the data channel, by way of another client",
  },
  probeDataRoundTripP95: {
    unit: "ms",
    meaning: "95th percentile of the round trip of probes over the data channel, by way of another client",
  },
  probeRttP50: { unit: "ms", meaning: "median of the round-trip time between probes and server" },
  probeRttP95: { unit: "ms", meaning: "95th percentile of the round-trip time between probes and server" },
  probesJoined: { unit: "%", meaning: "joins of probes that worked, of those that were tried" },
  probeAudioLoss: { unit: "%", meaning: "audio packets lost of packets expected, by the probes' libwebrtc" },
  probeVideoLoss: { unit: "%", meaning: "video packets lost of packets expected, by the probes' libwebrtc" },
  probeFrozen: { unit: "%", meaning: "time that the probes' pictures stood still, of the time watched" },
  probeConcealed: { unit: "%", meaning: "audio that the probes' libwebrtc had to make up, of all that was played" },
} as const satisfies Record<string, { unit: "%" | "ms"; meaning: string }>;

export type ThresholdMetric = keyof typeof thresholdMetrics;

export type ThresholdLimit = {
  op: "<=" | ">=" | "<" | ">";
  value: number;
  unit: "%" | "ms";
  /** Judged on every window of this length within the steady window, instead of on that as a whole. */
  forMs?: number | undefined;
  /** Ends the load as soon as one of those windows breaks the limit. */
  abortOnFail?: boolean | undefined;
};

/** The mission's own limits, judged wherever their figures have a source. */
export const defaultThresholds: Partial<Record<ThresholdMetric, string>> = {
  loss: "<= 2.5%",
  trackSubscribeP99: "<= 400ms",
  participantsJoined: ">= 100%",
  hostsFinished: ">= 100%",
};

const shape = /^\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(%|ms|s)?\s*$/;

/** Parses `<= 2.5%`, `< 400ms`, `<= 0.4s`; undefined when the text or its unit does not fit the metric. */
export function parseThreshold(metric: ThresholdMetric, text: string): ThresholdLimit | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const unit = thresholdMetrics[metric].unit;
  const given = match[3] ?? unit;
  if (unit === "%" ? given !== "%" : given === "%") return undefined;
  const value = Number(match[2]) * (given === "s" ? 1000 : 1);
  return { op: match[1] as ThresholdLimit["op"], value, unit };
}

/** What a limit must look like, in words. */
export function limitWords(metric: ThresholdMetric): string {
  return `a limit in ${thresholdMetrics[metric].unit} such as ${JSON.stringify(usualLimit(metric))}, or false`;
}

const complete: ReadonlySet<ThresholdMetric> = new Set<ThresholdMetric>([
  "participantsJoined",
  "tracksSubscribed",
  "hostsFinished",
  "probesJoined",
]);

/** `<=` for what should be small, `>=` for shares that should be complete. */
export function usualLimit(metric: ThresholdMetric): string {
  return complete.has(metric) ? ">= 99%" : thresholdMetrics[metric].unit === "%" ? "<= 2%" : "<= 400ms";
}

/** As it may stand in the file: a text, or a map where it has windows. */
export function printableLimit(limit: ThresholdLimit): string | Record<string, unknown> {
  const { op, value, unit, forMs, abortOnFail } = limit;
  if (forMs === undefined) return formatLimit(limit);
  return {
    [op === "<=" || op === "<" ? "max" : "min"]: `${value}${unit}`,
    for: formatDuration(forMs),
    ...(abortOnFail === true ? { abortOnFail } : {}),
  };
}

/** The limit in words: `<= 2.5%`, `<= 2.5% for 30s, abortOnFail`. */
export function formatLimit({ op, value, unit, forMs, abortOnFail }: ThresholdLimit): string {
  const sliding = forMs === undefined ? "" : ` for ${formatDuration(forMs)}`;
  return `${op} ${value}${unit}${sliding}${abortOnFail === true ? ", abortOnFail" : ""}`;
}

/** Servers are scraped every 10 s: a window must hold at least two scrapes. */
const least = { servers: 20_000, probes: 5000 };

/** Why a metric cannot be judged on windows that slide; undefined when it can. */
export function notSliding(metric: ThresholdMetric): string | undefined {
  if (slides(metric) !== undefined) return undefined;
  if (metric === "hostsFinished") return "it is known only when the load has ended";
  if (metric.startsWith("firstTrack")) return "each subscriber has one, and most of them before the steady window";
  return "it is a total of the whole load";
}

/** Where a metric's figures over time come from; undefined: it has none. */
export function slides(metric: ThresholdMetric): "servers" | "probes" | undefined {
  if (metric.startsWith("probe")) return "probes";
  const ofServers = metric === "loss" || metric === "retransmission" || metric.startsWith("trackSubscribe");
  return ofServers ? "servers" : undefined;
}

const slidingSchema = z.strictObject({
  max: z.string().optional().describe('upper limit, such as "2.5%"'),
  min: z.string().optional().describe("lower limit; one of max and min"),
  for: durationSchema({ minMs: 5000, maxMs: 3600_000 })
    .optional()
    .describe("judged on every window of this length within the steady window"),
  abortOnFail: z.boolean().optional().describe("end the load as soon as such a window breaks the limit"),
});

/** @returns the limit, or what is wrong with it */
function parseSliding(metric: ThresholdMetric, given: z.output<typeof slidingSchema>): ThresholdLimit | string {
  const { max, min, for: forMs, abortOnFail = false } = given;
  if ((max === undefined) === (min === undefined)) return `one of max and min, in ${thresholdMetrics[metric].unit}`;
  const parsed = parseThreshold(metric, max === undefined ? `>= ${min}` : `<= ${max}`);
  if (parsed === undefined)
    return `max or min in ${thresholdMetrics[metric].unit} without a sign, such as "${bare(metric)}"`;
  if (forMs === undefined) {
    return abortOnFail
      ? "with `for`, such as 30s, where abortOnFail is true: the whole steady window is known only at its end"
      : parsed;
  }
  const reason = notSliding(metric);
  if (reason !== undefined) return `without \`for\`: ${metric} has no windows that slide, ${reason}`;
  const leastMs = least[slides(metric) ?? "servers"];
  if (forMs < leastMs) return `with a \`for\` of at least ${formatDuration(leastMs)}, as ${metric} comes no faster`;
  return { ...parsed, forMs, ...(abortOnFail ? { abortOnFail } : {}) };
}

const bare = (metric: ThresholdMetric) => usualLimit(metric).split(" ")[1] ?? "";

const limit = (metric: ThresholdMetric) => {
  const { meaning } = thresholdMetrics[metric];
  return z
    .union([z.string(), z.literal(false), slidingSchema], limitWords(metric))
    .transform((given, context) => {
      if (given === false) return false as const;
      const parsed =
        typeof given === "string" ? (parseThreshold(metric, given) ?? limitWords(metric)) : parseSliding(metric, given);
      if (typeof parsed !== "string") return parsed;
      context.addIssue({ code: "custom", message: parsed, input: given });
      return z.NEVER;
    })
    .optional()
    .describe(`${meaning}; ${limitWords(metric)} to drop the default, or a map with max or min, for, abortOnFail`);
};

/** One optional entry per metric; `false` drops a default threshold. */
export const thresholdsSchema = z.strictObject(
  Object.fromEntries((Object.keys(thresholdMetrics) as ThresholdMetric[]).map((m) => [m, limit(m)])) as Record<
    ThresholdMetric,
    ReturnType<typeof limit>
  >,
);

export type ThresholdsConfig = z.output<typeof thresholdsSchema>;
