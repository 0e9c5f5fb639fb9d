/** A probe that joins again and again: each visit gives one join time, subscribe times and a first frame. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as Rtc from "@livekit/rtc-node";
import type { ProbeLineOf, ProbeNote, ProbeStep } from "../../metrics/probes/lines.ts";
import { stepLimitMs } from "./orders.ts";
import { isLoad, joinRoom, leaveRoom, speakerIdentity, visitorIdentity, type ProbeTools } from "./room-client.ts";
import { timedStep } from "./step.ts";
import { subscribe } from "./subscribe.ts";

type TrackVisit = ProbeLineOf<"visit">["tracks"][number];
type Wanted = { media: "audio" | "video"; of: "load" | "probe"; publication: Rtc.RemoteTrackPublication };

/**
 * Visits are due at a fixed pace, whatever the server does (an open model); one that is due while the one before goes
 * on is counted as skipped.
 * @param turn of all visitors, so that they do not come at once
 */
export async function visit(
  tools: ProbeTools,
  { room, index, turn }: { room: string; index: number; turn: number },
  note: (note: ProbeNote) => void,
  signal: AbortSignal,
): Promise<void> {
  const { orders } = tools;
  const probe = visitorIdentity(orders, index);
  const firstMs = orders.fromMs + turn * orders.intervalMs;
  let tick = Math.max(0, Math.ceil((Date.now() - firstMs) / orders.intervalMs));
  for (let visits = 0, skipped = 0; ; visits++) {
    const dueAtMs = firstMs + tick * orders.intervalMs;
    if (dueAtMs >= orders.untilMs || signal.aborted) return;
    await sleep(Math.max(0, dueAtMs - Date.now()), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const seen = await oneVisit(tools, { room, identity: probe, visits });
    // What the end of the load cut short says nothing.
    if (signal.aborted) return;
    note({ kind: "visit", room, probe, dueAtMs, skipped, ...seen });
    const next = Math.max(tick + 1, Math.ceil((Date.now() - firstMs) / orders.intervalMs));
    skipped = next - tick - 1;
    tick = next;
  }
}

async function oneVisit(
  tools: ProbeTools,
  { room, identity, visits }: { room: string; identity: string; visits: number },
): Promise<{ join: ProbeStep; tracks: TrackVisit[] }> {
  const { step: join, room: client } = await joinRoom(tools, { room, identity });
  if (client === undefined) return { join, tracks: [] };
  try {
    const tracks = await Promise.all(wanted(tools, client, visits).map((one) => trackVisit(tools, client, one)));
    return { join, tracks };
  } finally {
    await leaveRoom(client);
  }
}

/**
 * One track of each kind of the load, others with each visit, and the pictures of the publisher probe: it answers to
 * the wish for a key frame at once, where lk, which plays files, makes a subscriber wait for the file's next one.
 */
function wanted({ rtc, orders }: ProbeTools, client: Rtc.Room, visits: number): Wanted[] {
  const all = [...client.remoteParticipants.values()].flatMap((participant) => {
    const of = isLoad(participant.identity, orders) ? ("load" as const) : ("probe" as const);
    if (of === "probe" && participant.identity !== speakerIdentity(orders)) return [];
    return [...participant.trackPublications.values()].map((publication): Wanted => {
      const media = publication.kind === rtc.TrackKind.KIND_VIDEO ? ("video" as const) : ("audio" as const);
      return { media, of, publication };
    });
  });
  const ofLoad = (["audio", "video"] as const).flatMap((media) => {
    const same = all.filter((one) => one.of === "load" && one.media === media);
    const one = same[visits % Math.max(1, same.length)];
    return one === undefined ? [] : [one];
  });
  return [...ofLoad, ...all.filter(({ of }) => of === "probe")];
}

async function trackVisit(
  tools: ProbeTools,
  client: Rtc.Room,
  { media, of, publication }: Wanted,
): Promise<TrackVisit> {
  const started = performance.now();
  const { step, track } = await subscribe(tools, client, publication);
  if (of === "load" || media === "audio" || track === undefined)
    return { media, of, subscribe: step, firstFrame: null };
  const frames = new tools.rtc.VideoStream(track).getReader();
  const { step: frame } = await timedStep(
    stepLimitMs,
    async () => {
      const { done } = await frames.read();
      if (done) throw new Error("the track ended before its first picture");
    },
    tools.signal,
  );
  const ms = frame.ms === null ? null : Math.round((performance.now() - started) * 1000) / 1000;
  await frames.cancel().catch(() => undefined);
  return { media, of, subscribe: step, firstFrame: { startedAtMs: step.startedAtMs, ms, error: frame.error } };
}
