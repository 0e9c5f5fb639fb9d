/** Figures over time, for the charts: at most {@link maxPoints} points each. */
import type { SegmentProgress } from "../load/segment-progress.ts";
import type { Plan } from "../plan/plan.ts";
import { intendedStartMs } from "../plan/ramp.ts";
import type { HostStream } from "./host-stream.ts";
import type { Joins } from "./joins.ts";
import type { AnswerSample } from "./raw.ts";
import type { Series } from "./result.ts";
import type { RoomPolls } from "./room-polls.ts";
import { scrapeTicks, spansOfTick } from "./scrape-ticks.ts";
import { rtpSource } from "./rtp-result.ts";
import { rtpMediaKinds, type RtpMediaKind } from "./rtp-samples.ts";
import { growth, type ServerMetrics } from "./server-metrics.ts";
import { TimeBins } from "./time-bins.ts";

const maxPoints = 600;
/** Of all hosts together: a host of a large fleet gets fewer points. */
const maxHostPoints = 12_000;
/** With more hosts than this their lines cannot be told apart: percentiles over the hosts are drawn too. */
const fewHosts = 20;

/** Its lines are of audio and video, and of each host. */
export const rtpLossGroup = "packet loss on the way to the hosts";

export type SeriesInputs = {
  plan: Plan;
  streams: readonly HostStream[];
  segments: readonly SegmentProgress[];
  joins: Joins;
  rooms: RoomPolls;
  server: ServerMetrics;
  answers: readonly AnswerSample[];
  startAtMs: number;
  endAtMs: number;
};

export function seriesOf(inputs: SeriesInputs): Series[] {
  const { startAtMs, endAtMs } = inputs;
  const bins = new TimeBins(startAtMs, endAtMs, maxPoints);
  return [
    ...participants(inputs, bins),
    ...traffic(inputs, bins),
    ...cores(inputs, bins),
    ...rtpLoss(inputs, bins),
    ...answerTimes(inputs),
    ...serverSeries(inputs),
    ...firstTracks(inputs),
  ].filter(({ points }) => points.some(([, value]) => value !== null));
}

function participants({ plan, segments, rooms, startAtMs }: SeriesInputs, bins: TimeBins): Series[] {
  const intended: number[] = [];
  const joined: number[] = [];
  const tracks: number[] = [];
  for (const progress of segments) {
    for (let index = 0; index < progress.participants; index++) {
      intended.push(startAtMs + progress.segment.startOffsetMs + intendedStartMs(index, plan.lk.numPerSecond));
    }
    for (const atMs of progress.firstAtMs) if (!Number.isNaN(atMs)) joined.push(atMs);
    // Known to have joined, but without a track: since lk said that it finished connecting.
    const silent = progress.joined - progress.firstAtMs.filter((atMs) => !Number.isNaN(atMs)).length;
    const connectedAtMs = progress.finishedConnectingAtMs;
    if (connectedAtMs !== null) for (let i = 0; i < silent; i++) joined.push(connectedAtMs);
    for (const atMs of progress.trackTimesMs) tracks.push(atMs);
  }
  const group = "participants";
  const unit = "participants";
  const listed: Series["points"] = rooms.polls.map((poll) => [Math.round(poll.atMs), poll.participants]);
  return [
    { name: "intended", group, unit, source: "plan", host: null, points: bins.points(bins.cumulated(intended)) },
    { name: "joined", group, unit, source: "lk stream", host: null, points: bins.points(bins.cumulated(joined)) },
    { name: "listed by the server", group, unit, source: "server rooms", host: null, points: thinned(listed) },
    {
      name: "subscribed",
      group: "tracks",
      unit: "tracks",
      source: "lk stream",
      host: null,
      points: bins.points(bins.cumulated(tracks)),
    },
  ];
}

function traffic({ streams }: SeriesInputs, bins: TimeBins): Series[] {
  return (["rxBytes", "txBytes"] as const).map((counter) => {
    const bytes = bins.column();
    for (const { samples } of streams) {
      const column = samples.counters[counter];
      for (let i = 0; i < samples.length; i++) {
        bins.spread(bytes, samples.fromMs[i] ?? 0, samples.toMs[i] ?? 0, column[i] ?? Number.NaN);
      }
    }
    for (let i = 0; i < bins.count; i++) bytes[i] = ((bytes[i] ?? Number.NaN) * 8) / (bins.lengthMs(i) * 1000);
    const name = counter === "rxBytes" ? "received" : "sent";
    const points = bins.points(bytes, 3);
    return { name, group: "traffic of all hosts", unit: "Mbit/s", source: "host counters", host: null, points };
  });
}

function cores({ streams, startAtMs, endAtMs }: SeriesInputs, bins: TimeBins): Series[] {
  const line = (name: string, host: string | null, points: Series["points"]): Series => {
    return { name, group: "busiest core", unit: "%", source: "host counters", host, points };
  };
  const perHost = Math.max(20, Math.min(maxPoints, Math.floor(maxHostPoints / Math.max(1, streams.length))));
  const hostBins = new TimeBins(startAtMs, endAtMs, perHost);
  const fine = streams.map((stream) => busiest(stream, bins));
  const few = streams.length <= fewHosts;
  const all = few ? [["highest of all hosts", 1] as const] : envelope;
  return [
    ...all.map(([name, q]) => line(name, null, bins.points(acrossHosts(fine, bins, q), 1))),
    ...streams.map((stream, i) => {
      const { name } = stream.host;
      return line(
        name,
        name,
        few ? bins.points(fine[i] ?? bins.column(), 1) : hostBins.points(busiest(stream, hostBins), 1),
      );
    }),
  ];
}

const envelope = [
  ["highest of all hosts", 1],
  ["90th percentile of the hosts", 0.9],
  ["median of the hosts", 0.5],
] as const;

function busiest({ samples }: HostStream, bins: TimeBins): Float64Array {
  const column = bins.column();
  for (const busy of samples.cores.values()) {
    for (let i = 0; i < busy.length; i++) {
      bins.raise(column, samples.fromMs[i] ?? 0, samples.toMs[i] ?? 0, busy[i] ?? Number.NaN);
    }
  }
  return column;
}

function acrossHosts(columns: readonly Float64Array[], bins: TimeBins, q: number): Float64Array {
  const result = bins.column();
  for (let i = 0; i < bins.count; i++) {
    const values = Float64Array.from(columns, (column) => column[i] ?? Number.NaN)
      .filter((value) => !Number.isNaN(value))
      .sort();
    result[i] = values[Math.max(0, Math.ceil(q * values.length) - 1)] ?? Number.NaN;
  }
  return result;
}

/** Lost of expected before repair; a bin in which nothing was expected is a gap. */
function rtpLoss({ streams, startAtMs, endAtMs }: SeriesInputs, bins: TimeBins): Series[] {
  const line = (name: string, host: string | null, points: Series["points"]): Series => {
    return { name, group: rtpLossGroup, unit: "%", source: rtpSource, host, points };
  };
  const perHost = Math.max(20, Math.min(maxPoints, Math.floor(maxHostPoints / Math.max(1, streams.length))));
  const hostBins = streams.length <= fewHosts ? bins : new TimeBins(startAtMs, endAtMs, perHost);
  return [
    ...rtpMediaKinds.map((kind) => line(kind, null, lossOver(streams, [kind], bins))),
    ...streams.map((stream) => line(stream.host.name, stream.host.name, lossOver([stream], rtpMediaKinds, hostBins))),
  ];
}

function lossOver(streams: readonly HostStream[], kinds: readonly RtpMediaKind[], bins: TimeBins): Series["points"] {
  const expected = bins.column();
  const lost = bins.column();
  for (const { rtp } of streams) {
    for (const second of rtp.seconds) {
      if (!second.isTrusted) continue;
      for (const kind of kinds) {
        const counts = second[kind];
        if (counts === undefined) continue;
        bins.spread(expected, second.fromMs, second.toMs, counts.expected);
        bins.spread(lost, second.fromMs, second.toMs, counts.expected - counts.received);
      }
    }
  }
  for (let i = 0; i < bins.count; i++) {
    const whole = expected[i] ?? Number.NaN;
    // Late packets may come in the second after the one in which they were missing.
    lost[i] = whole > 0 ? Math.max(0, lost[i] ?? Number.NaN) / whole : Number.NaN;
  }
  return bins.points(lost, 3, 100);
}

/** A request that got no answer is a gap. */
function answerTimes({ answers, startAtMs, endAtMs }: SeriesInputs): Series[] {
  const asked = answers.filter(({ polledAtMs }) => polledAtMs >= startAtMs && polledAtMs <= endAtMs);
  const about = {
    group: "target: time to answer a request",
    unit: "ms",
    source: "target answers",
    host: null,
  } as const;
  const points = (of: (sample: AnswerSample) => number | null): Series["points"] =>
    thinned(asked.map((sample) => [Math.round(sample.polledAtMs), of(sample)]));
  return [
    { name: "answer", ...about, points: points(({ answerMs }) => answerMs) },
    { name: "connect", ...about, points: points(({ connectMs }) => connectMs) },
  ];
}

/** Between each scrape and the one before it, all servers added up. */
function serverSeries({ server, startAtMs }: SeriesInputs): Series[] {
  const ticks = scrapeTicks(server);
  const loss: Series["points"] = [];
  const retransmission: Series["points"] = [];
  for (const [index, tick] of ticks.entries()) {
    const before = ticks[index - 1];
    if (before === undefined || tick.atMs < startAtMs) continue;
    const { value } = tick.isWhole && before.isWhole ? growth(spansOfTick(tick, before), "outgoing") : { value: null };
    loss.push([
      tick.atMs,
      value === null || value.lost === null || value.packets <= 0 ? null : percent(value.lost, value.packets),
    ]);
    retransmission.push([
      tick.atMs,
      value === null ? null : percent(value.retransmitted, value.packets + value.retransmitted),
    ]);
  }
  const source = server.sources.counters;
  const about = { group: "packets sent by the servers", unit: "%", source, host: null } as const;
  return [
    { name: "lost", ...about, points: thinned(loss) },
    { name: "retransmitted", ...about, points: thinned(retransmission) },
  ];
}

/** By intended start: whether those who came later had to wait longer. */
function firstTracks({ joins, startAtMs }: SeriesInputs): Series[] {
  const points = joins.firstTrackPoints;
  if (points.length === 0) return [];
  const last = points.reduce((latest, [atMs]) => Math.max(latest, atMs), startAtMs);
  const bins = new TimeBins(startAtMs, last + 1, 120);
  const values: number[][] = Array.from({ length: bins.count }, () => []);
  for (const [intendedMs, latencyMs] of points) {
    const index = bins.index(intendedMs);
    if (index !== undefined && !Number.isNaN(latencyMs)) values[index]?.push(latencyMs);
  }
  const at = (q: number) => {
    const column = bins.column();
    for (const [i, list] of values.entries()) {
      const sorted = list.toSorted((a, b) => a - b);
      column[i] = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
    }
    return bins.points(column, 1);
  };
  const about = { group: "first track, by intended start", unit: "ms", source: "lk stream", host: null } as const;
  return [
    { name: "median", ...about, points: at(0.5) },
    { name: "longest", ...about, points: at(1) },
  ];
}

const percent = (part: number, whole: number): number | null =>
  whole > 0 ? Math.round((part / whole) * 1e5) / 1e3 : null;

/** At most {@link maxPoints}, keeping the greatest of those that are taken together. */
function thinned(points: Series["points"]): Series["points"] {
  const step = Math.ceil(points.length / maxPoints);
  if (step <= 1) return points;
  const kept: Series["points"] = [];
  for (let i = 0; i < points.length; i += step) {
    const slice = points.slice(i, i + step);
    kept.push(slice.reduce((most, point) => ((point[1] ?? -1) > (most[1] ?? -1) ? point : most)));
  }
  return kept;
}
