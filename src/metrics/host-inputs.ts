/** What the other phases wrote about one host, put together. */
import type { Plan } from "../plan/plan.ts";
import type { HostInputs } from "./host-result.ts";
import type { HostStream } from "./host-stream.ts";
import type { Armed, ClocksAfter, Configured, LoadFile, Provisioned } from "./raw.ts";

export type HostPapers = {
  armed: Armed | null;
  configured: Configured | null;
  clocksAfter: ClocksAfter | null;
  load: LoadFile | null;
  provisioned?: Provisioned | null;
};

export function hostInputs(plan: Plan, stream: HostStream, papers: HostPapers): HostInputs {
  const { name } = stream.host;
  const named = <Item extends { name: string }>(items: readonly Item[] | undefined): Item | null =>
    items?.find((item) => item.name === name) ?? null;
  const configured = named(papers.configured?.hosts);
  const armed = named(papers.armed?.hosts);
  const collected = named(papers.load?.hosts);
  const used = armed !== null && armed.startAtHostMs !== null;
  const tracks = { expectedMin: 0, expectedMax: 0, subscribed: 0 };
  for (const progress of stream.segments) {
    const room = plan.rooms.find((candidate) => candidate.name === progress.segment.room);
    const expected = room?.expectedTracksPerSubscriber ?? { min: 0, max: 0 };
    tracks.expectedMin += progress.segment.subscribers * expected.min;
    tracks.expectedMax += progress.segment.subscribers * expected.max;
    tracks.subscribed += progress.tracksSubscribed;
  }
  return {
    stream,
    used,
    configured,
    boot: bootOf(papers.provisioned, name),
    clockBefore: armed?.clock ?? null,
    clockAfter: named(papers.clocksAfter?.hosts)?.clock ?? null,
    error: (used ? null : (configured?.error ?? armed?.error ?? "it was not armed")) ?? collected?.error ?? null,
    tracks,
  };
}

function bootOf(provisioned: HostPapers["provisioned"], host: string): HostInputs["boot"] {
  const { host: _host, ...times } = provisioned?.boots.find((boot) => boot.host === host) ?? { host: null };
  return "vm" in times ? times : null;
}
