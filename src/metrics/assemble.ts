/** Puts the result together once everything has been read. */
import type { Plan } from "../plan/plan.ts";
import type { AnswerTimes } from "./attribution/answer-times.ts";
import { attribute } from "./attribution/attribute.ts";
import { coverageOf } from "./coverage.ts";
import { distributionOf, distributionOfHistogram } from "./distribution.ts";
import type { ErrorGroups } from "./error-groups.ts";
import { figureSources } from "./figure-sources.ts";
import { figuresOf } from "./figures.ts";
import type { Histogram } from "./histogram.ts";
import { hostResult, type HostInputs } from "./host-result.ts";
import { joins, type Latencies } from "./joins.ts";
import type { KubernetesAnalysis } from "./kubernetes/analyse.ts";
import { clusterDoubts } from "./kubernetes/cluster-doubts.ts";
import { decisionEvents } from "./kubernetes/decision-events.ts";
import type { KubernetesResult } from "./kubernetes/result.ts";
import { lkMedia, serverMedia } from "./media.ts";
import { phasesOf } from "./phases.ts";
import type { ProbesAnalysis } from "./probes/analyse.ts";
import { probeSeries } from "./probes/series.ts";
import type { Armed, LoadFile, RunFile, TargetFile } from "./raw.ts";
import type { Distribution, Result, Share, Source } from "./result.ts";
import type { RoomHomes } from "./room-homes.ts";
import type { RoomPolls } from "./room-polls.ts";
import { rtpResult } from "./rtp-loss.ts";
import type { RtpResult } from "./rtp-result.ts";
import { saturation } from "./saturation.ts";
import { segmentResult } from "./segment-result.ts";
import { seriesOf } from "./series.ts";
import {
  histogramGrowth,
  isFirstSubscription,
  type Figure,
  type HistogramName,
  type ServerMetrics,
} from "./server-metrics.ts";
import { byPod, serversOf } from "./servers.ts";
import { judgeSliding } from "./sliding.ts";
import { startSkew } from "./start-skew.ts";
import { judge } from "./thresholds.ts";
import { totalsOf, tracksReached } from "./totals.ts";
import { doubts } from "./trust.ts";
import { verdictOf } from "./verdict.ts";
import { warningsOf } from "./warnings.ts";

export type Gathered = {
  plan: Plan;
  run: RunFile;
  target: TargetFile | null;
  armed: Armed | null;
  load: LoadFile | null;
  hosts: readonly HostInputs[];
  rooms: RoomPolls;
  server: ServerMetrics;
  kubernetes: KubernetesAnalysis;
  homes: RoomHomes;
  probes: ProbesAnalysis;
  errors: ErrorGroups;
  answers: AnswerTimes;
};

/** More marks than this would hide the charts they stand in. */
const maxEvents = 300;

export function assemble(gathered: Gathered): Result {
  const { plan, run, target, armed, load, rooms, server } = gathered;
  const used = gathered.hosts.filter((host) => host.used);
  const progress = used.flatMap(({ stream }) => stream.segments);
  const { phases, loadRange, steadyReason } = phasesOf(armed, load, used);
  const { steady } = phases;

  const segments = gathered.hosts.flatMap(({ stream }) => stream.segments.map((one) => segmentResult(stream, one)));
  const hosts = gathered.hosts.map((host) => hostResult(host, steady));
  // A host whose clock is not known has no times that could be compared.
  const timed = used.filter(({ clockBefore }) => clockBefore !== null).flatMap(({ stream }) => stream.segments);
  const joined = joins(plan, timed, loadRange.fromMs, loadRange.toMs);
  server.know(gathered.homes.all(plan.rooms.map(({ name }) => name)));
  const media = serverMedia(server, steady);
  const rtp = rtpResult(
    used.map((host) => ({
      name: host.stream.host.name,
      samples: host.stream.rtp,
      rtp: hostResult(host, steady).rtp,
      isWhole: host.stream.doneReason !== null,
      subscribers: sum(host.stream.segments, ({ subscribersJoined }) => subscribersJoined),
    })),
    steady,
  );
  const spans = server.spans(loadRange, true);
  const grown = (name: HistogramName, matches: (labels: Record<string, string>) => boolean): Figure<Histogram> =>
    spans.value === null ? { value: null, reason: spans.reason } : histogramGrowth(spans.value, name, matches);
  const first = (direction: string) => (labels: Record<string, string>) =>
    labels.direction === direction && (labels.count === undefined || labels.count === "1");
  const subscribe = grown("livekit_pubsubtime_ms", isFirstSubscription);

  const latency: Result["latency"] = {
    firstTrack: fromStream(joined.firstTrack, null),
    allTracks: fromStream(joined.allTracks, null),
    publish: fromStream(joined.publish, "until lk begins to publish: the join, not the first packet"),
    serverTrackSubscribe: fromServer(subscribe, server),
    serverTrackPublish: fromServer(grown("livekit_pubsubtime_ms", first("publish")), server),
    serverJoin: fromServer(
      grown("livekit_session_join_latency_ms", () => true),
      server,
    ),
  };
  const totals = totalsOf(plan, hosts, progress, rooms);
  const intended = sum(progress, ({ participants }) => participants);
  const coverage = coverageOf({ hosts, rooms, server, steady, loadRange, intended });
  const abortedBy = load?.abortedBy ?? null;
  const figures = figuresOf({
    loss: lossFigure(rtp, media.lossFigure),
    retransmission: media.retransmissionFigure,
    subscribe,
    subscribeTime: latency.serverTrackSubscribe,
    firstTrack: joined.firstTrack,
    firstTrackTime: latency.firstTrack,
    participants: share(totals.participants.joined, intended, "lk stream"),
    tracks: tracksReached(plan, progress),
    hosts: abortedBy === null ? share(totals.hosts.finished, used.length, "supervisor") : null,
    probes: gathered.probes.judged(plan.probes, steady),
    abortedBy,
  });
  const measuring = { plan, server, probes: gathered.probes, streams: used.map(({ stream }) => stream) };
  const thresholds = plan.thresholds.map((threshold) => {
    const judged = judge(threshold, figures);
    return threshold.forMs === undefined
      ? judged
      : { ...judged, ...judgeSliding(threshold, measuring, steady, abortedBy), window: "steady" as const };
  });
  const polls = steady === null ? [] : rooms.within(steady);
  const silentFromMs = steady === null || !rooms.answered ? null : rooms.silentFrom(steady);
  const listed = polls.map(({ participants }) => participants);
  const servers = serversOf({ server, steady, loadRange });
  const kubernetes = gathered.kubernetes.result({
    steady,
    load: loadRange,
    spread: {
      rooms: byPod(servers, "roomsMean"),
      participants: gathered.homes.participantsByPod(
        plan.rooms.map(({ name }) => [name, rooms.roomPeak(name)] as const),
        server,
      ),
    },
    loadStepsMs: plan.segments.map(({ startOffsetMs }) => loadRange.fromMs + startOffsetMs).sort((a, b) => a - b),
  });
  const cluster = clusterDoubts(plan, kubernetes);
  const findings = doubts({
    load,
    started: progress.filter(({ attempts }) => attempts > 0).length,
    hosts,
    saturations: new Map(
      used.flatMap(({ stream }) => {
        // Often the very reason why there is no steady window.
        const found = saturation(stream.samples, steady ?? loadRange);
        return found === null ? [] : [[stream.host.name, found] as const];
      }),
    ),
    minHosts: plan.minHosts,
    steady,
    steadyReason,
    joined: totals.participants.joined,
    listed:
      listed.length === 0 ? null : { most: Math.max(...listed), least: Math.min(...listed), polls: listed.length },
    pollError: rooms.attemptsMs.length > 0 && !rooms.answered ? (rooms.lastError ?? "no answer") : null,
    silent:
      silentFromMs === null
        ? null
        : { afterMs: silentFromMs - loadRange.fromMs, error: rooms.lastError ?? "no answer" },
    cluster: cluster.reasons,
  });
  const verdict = verdictOf(thresholds, findings);
  const attribution = attribute({
    answers: gathered.answers.within(steady),
    servers,
    kubernetes,
    restarts: media.restarts,
    hosts: hosts.filter(({ status }) => status !== "unused"),
    media: { rtp, loss: media.loss },
    thresholds,
    participants: { intended, joined: totals.participants.joined },
  });
  const probes = gathered.probes.result(plan.probes, steady);
  const { lossFigure: _, retransmissionFigure: __, restarts, ...serverFigures } = media;

  return {
    schema: "lkload/result",
    version: 1,
    run,
    name: plan.name,
    scenario: plan.scenario,
    lk: plan.lk,
    timing: plan.timing,
    livekit: { url: plan.livekitUrl, serverVersion: target?.serverVersion ?? null },
    verdict,
    thresholds,
    warnings: warningsOf({
      plan,
      hosts: gathered.hosts,
      progress,
      phases,
      rooms,
      server,
      loadRange,
      restarts,
      cluster: cluster.warnings,
    }),
    phases,
    totals,
    start: startSkew(used),
    latency,
    media: {
      rtp,
      ...serverFigures,
      hostsRxBps: allHosts(hosts.map((host) => (host.status === "unused" ? undefined : host.rxBps))),
      hostsTxBps: allHosts(hosts.map((host) => (host.status === "unused" ? undefined : host.txBps))),
      ...lkMedia(segments),
    },
    coverage: { ...coverage, kubernetesPolls: kubernetes?.coverage.answers ?? null },
    errors: gathered.errors.list(),
    rooms: plan.rooms.map((room) => ({
      name: room.name,
      intended: room.publishers + room.subscribers,
      serverPeak: rooms.roomPeak(room.name),
      tracksSubscribed: sum(progress, (one) => (one.segment.room === room.name ? one.tracksSubscribed : 0)),
      expectedTracksPerSubscriber: room.expectedTracksPerSubscriber,
      homes: gathered.homes.of(room.name, server),
    })),
    hosts,
    segments,
    series:
      progress.length === 0
        ? []
        : [
            ...seriesOf({
              plan,
              rooms,
              server,
              answers: gathered.answers.samples,
              joins: joined,
              segments: progress,
              streams: used.map(({ stream }) => stream),
              startAtMs: loadRange.fromMs,
              endAtMs: loadRange.toMs,
            }),
            ...gathered.kubernetes.series(),
            ...probeSeries(gathered.probes, loadRange, plan.probes),
          ],
    events: eventsOf(used, phases, kubernetes, { silences: gathered.answers.silences(loadRange), load }),
    sources: figureSources,
    servers,
    attribution,
    kubernetes,
    probes,
  };
}

/** What the hosts saw is what was lost; the servers' counters stand in where that was not read everywhere. */
function lossFigure(rtp: RtpResult, server: Figure<Share>): Figure<Share> {
  if (rtp.reason === null && rtp.loss !== null) return { value: rtp.loss };
  if (server.value !== null) return server;
  return { value: null, reason: `no source: ${rtp.reason ?? "no RTP was read"}; ${bare(server.reason ?? "")}` };
}

const bare = (reason: string) => reason.replace(/^no source: /, "");

function fromStream(latencies: Latencies, note: string | null): Distribution | null {
  if (latencies.values.length + latencies.censored === 0) return null;
  return distributionOf(latencies.values, { source: "lk stream", unit: "ms", censored: latencies.censored, note });
}

function fromServer(histogram: Figure<Histogram>, { sources }: ServerMetrics): Distribution | null {
  return histogram.value === null ? null : distributionOfHistogram(histogram.value, { source: sources.histogram });
}

function share(part: number, whole: number, source: Source): Share | null {
  return whole === 0 ? null : { part, whole, value: part / whole, source };
}

/** Undefined ones do not count; null when any that counts is not known: a part of a sum is not the sum. */
function allHosts(values: readonly (number | null | undefined)[]): number | null {
  const counted = values.filter((value) => value !== undefined);
  return counted.length === 0 || counted.includes(null) ? null : sum(counted, (value) => value ?? 0);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function eventsOf(
  hosts: readonly HostInputs[],
  phases: Result["phases"],
  kubernetes: KubernetesResult | null,
  { silences, load }: { silences: readonly { atMs: number; text: string }[]; load: LoadFile | null },
): Result["events"] {
  const events: Result["events"] = hosts.flatMap(({ stream }) => stream.events);
  events.push(...decisionEvents(kubernetes));
  for (const { atMs, text } of silences) events.push({ atMs, text, host: null });
  const mark = (atMs: number | null | undefined, text: string) => {
    if (atMs !== null && atMs !== undefined) events.push({ atMs, text, host: null });
  };
  mark(phases.startAtMs, "common start");
  mark(phases.rampEndAtMs, "all processes finished connecting");
  mark(phases.steady?.fromMs, "steady window begins");
  mark(phases.steady?.toMs, "steady window ends");
  mark(load?.abortedBy?.toMs, `the threshold on ${load?.abortedBy?.metric} was broken: the load was ended`);
  mark(phases.endAtMs, "last process ended");
  return events.toSorted((a, b) => a.atMs - b.atMs).slice(0, maxEvents);
}
