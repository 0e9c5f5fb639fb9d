/** How much of what was to be looked at was seen. */
import type { HostResult, Result, Share, Source } from "./result.ts";
import type { RoomPolls } from "./room-polls.ts";
import type { ServerMetrics } from "./server-metrics.ts";
import type { TimeRange } from "./window.ts";

export function coverageOf(inputs: {
  hosts: readonly HostResult[];
  rooms: RoomPolls;
  server: ServerMetrics;
  steady: TimeRange | null;
  loadRange: TimeRange;
  /** Participants of the hosts that were used. */
  intended: number;
}): Result["coverage"] {
  const { hosts, rooms, server, steady, loadRange, intended } = inputs;
  const used = hosts.filter(({ status }) => status !== "unused");
  const reported = used.filter(({ status }) => status !== "lost").length;
  const samples = used.reduce((sum, host) => sum + Math.min(host.samples, host.samplesExpected), 0);
  const samplesExpected = used.reduce((sum, host) => sum + host.samplesExpected, 0);
  const scraped = server.endpoints.reduce((sum, endpoint) => sum + endpoint.timesMs.length, 0);
  const attempts = server.endpoints.reduce((sum, endpoint) => sum + endpoint.attempts, 0);
  const polls = steady === null ? [] : rooms.within(steady);
  const answered = rooms.polls.filter(({ atMs }) => atMs >= loadRange.fromMs && atMs <= loadRange.toMs).length;
  const most = Math.max(0, ...polls.map(({ participants }) => participants));
  return {
    hosts: share(reported, used.length, "supervisor") ?? { part: 0, whole: 0, value: 0, source: "supervisor" },
    hostSamples: share(samples, samplesExpected, "host counters"),
    roomPolls: share(answered, rooms.attempts(loadRange), "server rooms"),
    scrapes: share(scraped, attempts, server.sources.counters),
    kubernetesPolls: null,
    serverParticipants: polls.length === 0 ? null : share(most, intended, "server rooms"),
  };
}

function share(part: number, whole: number, source: Source): Share | null {
  return whole === 0 ? null : { part, whole, value: part / whole, source };
}
