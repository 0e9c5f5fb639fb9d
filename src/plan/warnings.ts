/** What a plan makes likely to disappoint: told before anything is created. */
import { formatDuration } from "../config/duration.ts";
import { findScenario } from "../config/scenarios.ts";
import type { LoadConfig } from "../config/schema.ts";
import { layoutCaps } from "./expected-tracks.ts";
import { commas, plural } from "./numbers.ts";
import type { Plan, RoomPlan, Segment } from "./plan.ts";
import { maxNumPerSecond } from "./ramp.ts";

/**
 * Tracks, sent and received, that a core is trusted with: a rule of thumb, as no figures are published. Measured on an
 * idle two-core x86-64 VM over loopback: lk 2.18.2 with 12 tracks published (6 of them simulcast video) and 96
 * received, 18 Mbit/s, used 0.28 core, or 0.0026 core per track. 250 are about two thirds of a core, which leaves the
 * rest for the network's interrupts and for joins. An emulated core (no KVM) was full at a tenth of that.
 */
export const saneTracksPerCore = 250;

/** Below this the 10 s polls of the servers give too few samples. */
const shortestSteadyMs = 30_000;

type Context = {
  load: LoadConfig;
  rooms: readonly RoomPlan[];
  segments: readonly Segment[];
  hosts: readonly { name: string; cores?: number | undefined }[];
  totals: Plan["totals"];
};

export function loadWarnings(context: Context): string[] {
  return [
    ...rateWarnings(context.load),
    ...scenarioWarnings(context),
    ...roomWarnings(context),
    ...coreWarnings(context),
    ...mediaWarnings(context),
    ...timeWarnings(context),
  ];
}

function rateWarnings(load: LoadConfig): string[] {
  if (load.numPerSecond <= maxNumPerSecond) return [];
  return [
    `numPerSecond ${load.numPerSecond} is above what lk does: each process starts ${maxNumPerSecond} participants per second`,
  ];
}

/** A scenario is made for a number of hosts: fewer of them carry more each, or make less of it. */
function scenarioWarnings({ load, hosts, totals }: Context): string[] {
  const scenario = load.scenario === undefined ? undefined : findScenario(load.scenario);
  if (!scenario || hosts.length === scenario.recommendedHosts) return [];
  const { counts, recommendedHosts } = scenario;
  const meant = counts.participants * (scenario.load.per === "host" ? recommendedHosts : 1);
  const sayMeant = `scenario ${scenario.name} means ${commas(meant)} participants on ${plural(recommendedHosts, "host")}`;
  if (load.per === "host" && totals.participants !== meant) {
    return [`${sayMeant}: with ${commas(hosts.length)} it makes ${commas(totals.participants)}`];
  }
  const share = Math.ceil(totals.participants / hosts.length);
  if (share <= meant / recommendedHosts) return [];
  return [`${sayMeant}: with ${commas(hosts.length)} each carries up to ${commas(share)}`];
}

function roomWarnings({ rooms, load }: Context): string[] {
  const warnings: string[] = [];
  const which = (some: readonly RoomPlan[]) =>
    some.length === rooms.length ? (rooms.length === 1 ? "the room has" : "all rooms have") : inRooms(some.length);
  const inRooms = (n: number) => `${commas(n)} of ${plural(rooms.length, "room")} ${n === 1 ? "has" : "have"}`;
  const silent = rooms.filter((room) => room.publishers === 0);
  const deaf = rooms.filter((room) => room.subscribers === 0);
  const cap = layoutCaps[load.layout];
  const crowded = rooms.filter((room) => room.publishers > cap && room.subscribers > 0);
  if (silent.length > 0) warnings.push(`${which(silent)} no publishers: their subscribers have no track to receive`);
  if (deaf.length > 0) warnings.push(`${which(deaf)} no subscribers: no latency and no bitrate is measured there`);
  if (crowded.length > 0) {
    warnings.push(
      `${which(crowded)} more publishers than layout ${load.layout} shows: ` +
        `each subscriber gets the tracks of ${cap} publishers, not of all`,
    );
  }
  return warnings;
}

function coreWarnings({ hosts, rooms, segments }: Context): string[] {
  const perSubscriber = new Map(rooms.map((room) => [room.name, room.expectedTracksPerSubscriber.max]));
  const tracks = new Map<string, number>();
  for (const segment of segments) {
    const sent = segment.videoPublishers + segment.audioPublishers;
    const received = segment.subscribers * (perSubscriber.get(segment.room) ?? 0);
    tracks.set(segment.host, (tracks.get(segment.host) ?? 0) + sent + received);
  }
  const crowded = hosts.flatMap(({ name, cores }) => {
    const sum = tracks.get(name) ?? 0;
    if (cores === undefined || sum <= saneTracksPerCore * cores) return [];
    return [{ name, cores, sum, perCore: Math.ceil(sum / cores) }];
  });
  const worst = crowded.toSorted((a, b) => b.perCore - a.perCore)[0];
  if (!worst) return [];
  const others = crowded.length > 1 ? ` (and ${plural(crowded.length - 1, "more host")} too)` : "";
  return [
    `${worst.name}${others}: ${plural(worst.sum, "track")} on ${plural(worst.cores, "core")}, ` +
      `${commas(worst.perCore)} per core; by rule of thumb a core carries ${saneTracksPerCore}: ` +
      "the host may saturate, which makes the run invalid",
  ];
}

function mediaWarnings({ load, totals }: Context): string[] {
  const warnings: string[] = [];
  if (totals.videoPublishers === 0 && totals.publishers > 0) {
    const unused = [
      ...(load.videoResolution === "high" ? [] : ["videoResolution"]),
      ...(load.videoCodec === "vp8" ? [] : ["videoCodec"]),
      ...(load.simulcast ? [] : ["simulcast"]),
    ];
    if (unused.length > 0) warnings.push(`no video is published: ${unused.join(", ")} without effect`);
  }
  if (load.simulateSpeakers && totals.publishers === 0) {
    warnings.push("simulateSpeakers without effect: nobody publishes");
  }
  return warnings;
}

function timeWarnings({ load, rooms }: Context): string[] {
  const warnings: string[] = [];
  if (load.duration < shortestSteadyMs) {
    warnings.push(
      `duration ${formatDuration(load.duration)} is short: figures that come every 10 s need ` +
        `${formatDuration(shortestSteadyMs)} or more`,
    );
  }
  if (load.stagger > 0 && rooms.length === 1) warnings.push("stagger without effect: there is one room");
  return warnings;
}
