/** The measured latencies of a run, and what each of them is. */
import type { Distribution, Result } from "../metrics/result.ts";
import { serverFigureReason } from "./missing.ts";

export interface NamedDistribution {
  readonly name: string;
  readonly meaning: string;
  readonly distribution: Distribution | null;
  /** Why there is none; empty when there is one. */
  readonly reason: string;
  /** Metrics of thresholds on it, by percentile. */
  readonly metrics: Partial<Record<"p50" | "p90" | "p95" | "p99", string>>;
}

export function distributions(result: Result): NamedDistribution[] {
  const { latency } = result;
  const server = serverFigureReason(result);
  const of = (
    name: string,
    meaning: string,
    distribution: Distribution | null,
    reason: string,
    metrics: NamedDistribution["metrics"] = {},
  ) => ({ name, meaning, distribution, reason: distribution ? "" : reason, metrics });
  return [
    of(
      "First track",
      "intended start of a subscriber → its first track",
      latency.firstTrack,
      "no subscriber was timed",
      {
        p50: "firstTrackP50",
        p90: "firstTrackP90",
        p99: "firstTrackP99",
      },
    ),
    of(
      "All tracks",
      "intended start of a subscriber → all its expected tracks",
      latency.allTracks,
      "no subscriber was timed",
    ),
    of(
      "Publish",
      "intended start of a publisher → its first published track",
      latency.publish,
      "no publisher was timed",
    ),
    of("Track subscribe", "by the server, per track", latency.serverTrackSubscribe, server, {
      p50: "trackSubscribeP50",
      p90: "trackSubscribeP90",
      p99: "trackSubscribeP99",
    }),
    of("Track publish", "by the server, per track", latency.serverTrackPublish, server),
    of("Join", "by the server, per participant", latency.serverJoin, server),
  ];
}
