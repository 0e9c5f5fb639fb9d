import type { LoadCounts } from "../config/load-counts.ts";
import type { Config } from "../config/schema.ts";
import { watchesKubernetes, watchesPods } from "../config/watches-kubernetes.ts";
import { expectedTracks } from "./expected-tracks.ts";
import { identityPrefixes, roomNames } from "./names.ts";
import { commas, plural } from "./numbers.ts";
import { partition, type Partition } from "./partition.ts";
import type { HostPlan, OpenstackPlan, Plan, RoomPlan, Segment } from "./plan.ts";
import { planProbes, probeWarnings } from "./probes.ts";
import { refuseImpossible } from "./problems.ts";
import { maxNumPerSecond, rampMs } from "./ramp.ts";
import { planThresholds, thresholdWarnings } from "./thresholds.ts";
import { loadWarnings } from "./warnings.ts";

export type PlanInput = {
  config: Config;
  hosts: readonly { name: string; address: string; cores?: number | undefined }[];
  runId: string;
  /** The VMs that `hosts` stands for; null where the fleet is there already. */
  openstack?: OpenstackPlan | null;
  /** For each host or for the whole run, as `config.load.per` says. */
  counts: LoadCounts;
};

/** What the run makes is kept for this long beyond the load itself: provisioning, collecting, a look at a failure. */
const graceMs = 2 * 3600_000;

/**
 * Who does what: the same input gives the same plan, to the byte.
 * @throws {LkloadError} exit code 2 when the counts cannot be spread over these hosts and rooms.
 */
export function buildPlan(input: PlanInput): Plan {
  const { config, runId } = input;
  const { load } = config;
  const totals = planTotals(input);
  const minHosts = config.fleet.minHosts ?? Math.max(1, input.hosts.length);
  const roomCount = load.rooms === "per-host" ? input.hosts.length : load.rooms === "shared" ? 1 : load.rooms;
  refuseImpossible({ hosts: input.hosts, minHosts, roomCount, totals });

  const parts = partition(totals, roomCount, input.hosts.length);
  const hosts = input.hosts.map(({ name, address }, i): HostPlan => ({ name, address, participants: parts.hosts[i]! }));
  const rooms = planRooms(input, parts);
  const numPerSecond = Math.min(load.numPerSecond, maxNumPerSecond);
  const segments = planSegments({ parts, hosts, rooms, runId, numPerSecond, durationMs: load.duration });
  const rampEndMs = Math.max(...segments.map(rampEnd));
  const thresholds = planThresholds(config.thresholds);
  const probes = planProbes({ config: config.probes, rooms, runId, durationMs: load.duration });
  const receiving = rooms.filter((room) => room.expectedTracksPerSubscriber.max > 0);

  return {
    schema: "lkload/plan",
    version: 1,
    runId,
    name: config.name,
    scenario: load.scenario ?? null,
    fleet: config.fleet.kind ?? "hosts",
    openstack: input.openstack ?? null,
    minHosts,
    livekitUrl: config.livekit.url ?? "",
    hosts,
    rooms,
    segments,
    totals,
    lk: {
      videoResolution: load.videoResolution,
      videoCodec: load.videoCodec,
      layout: load.layout,
      simulcast: load.simulcast,
      simulateSpeakers: load.simulateSpeakers,
      numPerSecond,
    },
    timing: { rampMs: rampEndMs, durationMs: load.duration, totalMs: rampEndMs + load.duration },
    thresholds,
    probes,
    kubernetes: watchesKubernetes(config) ? { required: config.kubernetes.required } : null,
    warnings: [
      ...(config.livekit.url === undefined ? ["livekit.url is not set: a run needs it"] : []),
      ...loadWarnings({ load, rooms, segments, hosts: input.hosts, totals }),
      ...thresholdWarnings(thresholds, {
        serverMetrics: config.livekit.metrics.length > 0 || watchesPods(config),
        receivingSubscribers: receiving.reduce((sum, room) => sum + room.subscribers, 0),
        probeVisits: probes?.visits ?? 0,
      }),
      ...probeWarnings(probes),
    ],
    expiresAfterMs: config.openstack.ttl ?? rampEndMs + load.duration + graceMs,
  };
}

function planTotals({ config, hosts, counts }: PlanInput): Plan["totals"] {
  const perHost = config.load.per === "host";
  const times = perHost ? hosts.length : 1;
  const participants = counts.participants * times;
  const people = plural(participants, "participant");
  const fleet = plural(hosts.length, "host");
  return {
    participants,
    publishers: counts.publishers * times,
    videoPublishers: counts.videoPublishers * times,
    audioPublishers: counts.audioPublishers * times,
    subscribers: counts.subscribers * times,
    product: perHost ? `${fleet} × ${commas(counts.participants)} = ${people}` : `${people} over ${fleet}`,
  };
}

function planRooms({ config, hosts, runId }: PlanInput, parts: Partition): RoomPlan[] {
  const names = roomNames({
    rooms: config.load.rooms,
    prefix: config.load.roomPrefix,
    hosts: hosts.map((host) => host.name),
    runId,
  });
  return parts.rooms.map((room, i) => ({
    name: names[i]!,
    ...room,
    startOffsetMs: i * config.load.stagger,
    expectedTracksPerSubscriber: expectedTracks(room, config.load.layout),
  }));
}

type SegmentInput = {
  parts: Partition;
  hosts: readonly HostPlan[];
  rooms: readonly RoomPlan[];
  runId: string;
  numPerSecond: number;
  durationMs: number;
};

/** Each process holds for the asked duration after the last ramp of all: so all of them end together. */
function planSegments({ parts, hosts, rooms, runId, numPerSecond, durationMs }: SegmentInput): Segment[] {
  const prefixes = identityPrefixes({ pieces: parts.pieces, hostCount: hosts.length, runId });
  const ramping = parts.pieces.map((piece, i) => ({
    id: `s${i + 1}`,
    host: hosts[piece.host]!.name,
    room: rooms[piece.room]!.name,
    identityPrefix: prefixes[i]!,
    videoPublishers: piece.videoPublishers,
    audioPublishers: piece.audioPublishers,
    subscribers: piece.subscribers,
    startOffsetMs: rooms[piece.room]!.startOffsetMs,
    rampMs: rampMs(piece.publishers + piece.subscribers, numPerSecond),
  }));
  const endMs = Math.max(...ramping.map(rampEnd)) + durationMs;
  return ramping.map((segment) => Object.assign(segment, { holdMs: endMs - rampEnd(segment) }));
}

function rampEnd(segment: { startOffsetMs: number; rampMs: number }): number {
  return segment.startOffsetMs + segment.rampMs;
}
