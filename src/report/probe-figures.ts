/** What real clients felt: the probes' figures in words, for every kind of report. */
import type { ProbesResult, Share } from "../metrics/result.ts";
import type { NamedDistribution } from "./distributions.ts";
import type { Figure } from "./figures.ts";
import { formatCount, formatMs, formatPercent, formatShare } from "./quantity.ts";

export function probeDistributions(probes: ProbesResult): NamedDistribution[] {
  const of = (
    name: string,
    meaning: string,
    distribution: NamedDistribution["distribution"],
    metric?: string,
  ): NamedDistribution => ({
    name,
    meaning,
    distribution,
    reason: distribution ? "" : (probes.reason ?? "nothing of it was seen in the steady window"),
    metrics: metric === undefined ? {} : { p50: `${metric}P50`, p95: `${metric}P95`, p99: `${metric}P99` },
  });
  return [
    of("Join", "call → signalling and media connected", probes.join, "probeJoin"),
    of("Track subscribe", "wish to subscribe → track there, exact", probes.subscribe, "probeSubscribe"),
    of("First frame", "wish to subscribe → first decoded picture", probes.firstFrame, "probeFirstFrame"),
    of("End-to-end latency, video", "picture given to one client → shown by another", probes.latency, "probeLatency"),
    of("Data round trip", "client → server → client and back", probes.dataRoundTrip, "probeDataRoundTrip"),
    of("Round-trip time", "probe ↔ server, STUN", probes.rtt, "probeRtt"),
    of("Jitter", "of the packets that arrive", probes.jitter),
  ];
}

/** Counts and shares, each with its source or the reason why it is missing. */
export function probeFacts(probes: ProbesResult): Figure[] {
  const missing = probes.reason ?? "nothing of it was seen in the steady window";
  const share = (label: string, value: Share | null, detail: (value: Share) => string): Figure =>
    value === null
      ? { label, value: null, detail: missing, source: null }
      : { label, value: formatShare(value.value), detail: detail(value), source: value.source };
  const of = (what: string) => (value: Share) => `${formatCount(value.part)} of ${formatCount(value.whole)} ${what}`;
  const { machine } = probes;
  return [
    share("Joins that worked", probes.joined, of("joins")),
    share("Visits made of those due", probes.visits, of("visits")),
    share("Audio packets lost", probes.audioLoss, of("packets")),
    share("Video packets lost", probes.videoLoss, of("packets")),
    share(
      "Time with a frozen picture",
      probes.frozen,
      ({ part, whole }) => `${formatMs(part)} of ${formatMs(whole)}; ${formatCount(probes.freezes ?? 0)} freezes`,
    ),
    share("Audio made up (concealed)", probes.concealed, of("samples")),
    {
      label: "Connections lost, mended",
      value: `${formatCount(probes.lostConnections)}, ${formatCount(probes.reconnections)}`,
      detail: "of the probes that stay in their rooms; whole run",
      source: "probes",
    },
    {
      label: "Busiest core of the probes' machine",
      value: machine === null ? null : formatPercent(machine.maxCorePercent),
      detail:
        machine === null
          ? missing
          : `core ${machine.maxCore}; the probes themselves used ${formatPercent(machine.meanOwnCpuPercent)} of a core, ` +
            `and were up to ${formatMs(machine.longestDelayMs)} late for their timers`,
      source: machine === null ? null : "probe machine",
    },
  ];
}

/** What was asked for, and how the figures are to be read. */
export function probeSentence(probes: ProbesResult): string {
  const { rooms, perRoom, intervalMs, client } = probes;
  const where = rooms.length === 1 ? "1 room" : `each of ${formatCount(rooms.length)} rooms`;
  const each = perRoom === 1 ? "1 subscriber probe" : `${formatCount(perRoom)} subscriber probes`;
  return (
    `Real libwebrtc clients (${client ?? "which never came up"}) on the machine that ran lkload, over its own path to ` +
    `the server: ${each} in ${where} beside one that publishes; one stays, one joins anew every ${formatMs(intervalMs)}. ` +
    "Figures are of the steady window. The probes count in no other figure but the servers' own counters."
  );
}
