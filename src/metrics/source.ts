import { z } from "zod";
import { kubernetesSources } from "./kubernetes/result.ts";
import { rtpSource } from "./rtp-result.ts";

/** What times the probes, what libwebrtc counts for them, and what their own machine says. */
const probeSources = ["probes", "libwebrtc", "probe machine"] as const;

/** Who measured a figure: shown beside it. */
export const sourceSchema = z.enum([
  "lk stream",
  "lk table",
  "server counters",
  "server histogram",
  "server counters, by pod",
  "server histogram, by pod",
  "server gauges",
  "server gauges, by pod",
  "server join",
  "server rooms",
  "host counters",
  "supervisor",
  rtpSource,
  "target answers",
  "plan",
  ...kubernetesSources,
  ...probeSources,
]);
