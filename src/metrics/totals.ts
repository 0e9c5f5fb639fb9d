/** Intended against reached, over the whole run. */
import type { SegmentProgress } from "../load/segment-progress.ts";
import type { Plan } from "../plan/plan.ts";
import type { HostResult, Result, Share } from "./result.ts";
import type { RoomPolls } from "./room-polls.ts";

export function totalsOf(
  plan: Plan,
  hosts: readonly HostResult[],
  segments: readonly SegmentProgress[],
  rooms: RoomPolls,
): Result["totals"] {
  const publishers = segments.reduce((sum, segment) => sum + segment.publishersJoined, 0);
  const subscribers = segments.reduce((sum, segment) => sum + segment.subscribersJoined, 0);
  const tracks = { expectedMin: 0, expectedMax: 0, subscribed: 0 };
  for (const host of hosts) {
    tracks.expectedMin += host.tracks.expectedMin;
    tracks.expectedMax += host.tracks.expectedMax;
    tracks.subscribed += host.tracks.subscribed;
  }
  return {
    product: plan.totals.product,
    hosts: { intended: plan.hosts.length, finished: hosts.filter(({ status }) => status === "finished").length },
    participants: { intended: plan.totals.participants, joined: publishers + subscribers, source: "lk stream" },
    publishers: { intended: plan.totals.publishers, joined: publishers },
    subscribers: { intended: plan.totals.subscribers, joined: subscribers },
    tracks,
    rooms: plan.rooms.length,
    serverParticipantsPeak: rooms.peak,
  };
}

/**
 * Tracks subscribed of tracks expected. What a subscriber is expected to get is a range above the layout's cap: the
 * lower end counts, and no subscriber more than that, so that one's surplus does not hide another's lack.
 */
export function tracksReached(plan: Plan, segments: readonly SegmentProgress[]): Share | null {
  const expected = new Map(plan.rooms.map((room) => [room.name, room.expectedTracksPerSubscriber.min]));
  let part = 0;
  let whole = 0;
  for (const progress of segments) {
    const each = expected.get(progress.segment.room) ?? 0;
    whole += each * progress.segment.subscribers;
    for (let i = progress.publishers; i < progress.participants; i++)
      part += Math.min(each, progress.trackCounts[i] ?? 0);
  }
  return whole === 0 ? null : { part, whole, value: part / whole, source: "lk stream" };
}
