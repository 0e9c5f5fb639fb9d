import { z } from "zod";
import { kubernetesSources } from "./kubernetes/result.ts";
import { rtpSource } from "./rtp-result.ts";

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
]);
