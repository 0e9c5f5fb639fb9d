import { z } from "zod";

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
} as const satisfies Record<string, { unit: "%" | "ms"; meaning: string }>;

export type ThresholdMetric = keyof typeof thresholdMetrics;

export type ThresholdLimit = { op: "<=" | ">=" | "<" | ">"; value: number; unit: "%" | "ms" };

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

/** `<=` for what should be small, `>=` for shares that should be complete. */
export function usualLimit(metric: ThresholdMetric): string {
  const complete = metric === "participantsJoined" || metric === "tracksSubscribed" || metric === "hostsFinished";
  return complete ? ">= 99%" : thresholdMetrics[metric].unit === "%" ? "<= 2%" : "<= 400ms";
}

/** The limit as users write it: `<= 2.5%`. */
export function formatLimit({ op, value, unit }: ThresholdLimit): string {
  return `${op} ${value}${unit}`;
}

const limit = (metric: ThresholdMetric) => {
  const { meaning } = thresholdMetrics[metric];
  return z
    .union([z.string(), z.literal(false)], limitWords(metric))
    .transform((text, context) => {
      if (text === false) return false as const;
      const parsed = parseThreshold(metric, text);
      if (parsed) return parsed;
      context.addIssue({ code: "custom", message: limitWords(metric), input: text });
      return z.NEVER;
    })
    .optional()
    .describe(`${meaning}; ${limitWords(metric)} to drop the default`);
};

/** One optional entry per metric; `false` drops a default threshold. */
export const thresholdsSchema = z.strictObject(
  Object.fromEntries((Object.keys(thresholdMetrics) as ThresholdMetric[]).map((m) => [m, limit(m)])) as Record<
    ThresholdMetric,
    ReturnType<typeof limit>
  >,
);

export type ThresholdsConfig = z.output<typeof thresholdsSchema>;
