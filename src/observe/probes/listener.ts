/** A subscriber probe that stays: end-to-end latency, echoes, and what libwebrtc counts of its tracks. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as Rtc from "@livekit/rtc-node";
import type { ProbeLineOf, ProbeNote } from "../../metrics/probes/lines.ts";
import { stepLimitMs } from "./orders.ts";
import { stayInRoom, type Stay } from "./resident.ts";
import { isLoad, listenerIdentity, speakerIdentity, type ProbeTools } from "./room-client.ts";
import { inboundOf, roundTripsOf } from "./rtc-stats.ts";
import { pingTopic, pongTopic } from "./speaker.ts";
import { timedStep } from "./step.ts";
import { subscribe } from "./subscribe.ts";
import { readMark } from "./time-mark.ts";
import { trackStats } from "./track-stats.ts";

const reportIntervalMs = 1000;

type Heard = { of: "load" | "probe"; media: "audio" | "video"; track: Rtc.RemoteTrack };

export async function listen(
  tools: ProbeTools,
  { room, index }: { room: string; index: number },
  note: (note: ProbeNote) => void,
  signal: AbortSignal,
): Promise<void> {
  const identity = listenerIdentity(tools.orders, index);
  await stayInRoom(tools, { room, identity, note, signal }, (stay) => {
    const listening = new Listening(tools, stay, note);
    return listening.run();
  });
}

class Listening {
  readonly #tools: ProbeTools;
  readonly #stay: Stay;
  readonly #note: (note: ProbeNote) => void;
  readonly #taken = new Map<"load audio" | "load video" | "probe video", string>();
  readonly #tracks = new Map<string, Heard>();
  readonly #pongs = new Map<string, () => void>();
  #latencyMs: number[] = [];
  #unreadable = 0;
  #pings = 0;
  /** The speaker's connection that has answered, and the number of the ping that it answered first. */
  #answered: { speaker: string | undefined; from: number } | undefined;

  constructor(tools: ProbeTools, stay: Stay, note: (note: ProbeNote) => void) {
    this.#tools = tools;
    this.#stay = stay;
    this.#note = note;
  }

  async run(): Promise<void> {
    const { room, signal } = this.#stay;
    const { RoomEvent } = this.#tools.rtc;
    const look = () => this.#lookForTracks();
    room.on(RoomEvent.TrackPublished, look);
    room.on(RoomEvent.DataReceived, (data, _from, _kind, topic) => {
      if (topic === pongTopic) this.#pongs.get(new TextDecoder().decode(data))?.();
    });
    look();
    while (!signal.aborted) {
      await sleep(reportIntervalMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      void this.#ping();
      await this.#report();
    }
  }

  /** One audio and one video track of the load, and the marked pictures of the publisher probe. */
  #lookForTracks(): void {
    const { orders, rtc } = this.#tools;
    for (const participant of this.#stay.room.remoteParticipants.values()) {
      const of = isLoad(participant.identity, orders)
        ? ("load" as const)
        : participant.identity === speakerIdentity(orders)
          ? ("probe" as const)
          : undefined;
      if (of === undefined) continue;
      for (const publication of participant.trackPublications.values()) {
        const media = publication.kind === rtc.TrackKind.KIND_VIDEO ? ("video" as const) : ("audio" as const);
        if (of === "probe" && media === "audio") continue;
        const place = of === "probe" ? ("probe video" as const) : (`load ${media}` as const);
        if (publication.sid === undefined) continue;
        // A publisher that was lost comes back with a new track.
        const taken = this.#taken.get(place);
        if (taken !== undefined && (of === "load" || taken === publication.sid)) continue;
        this.#taken.set(place, publication.sid);
        void this.#take(publication, { of, media });
      }
    }
  }

  async #take(publication: Rtc.RemoteTrackPublication, about: Omit<Heard, "track">): Promise<void> {
    const { room, note } = this.#stay;
    const { step, track } = await subscribe(this.#tools, room, publication);
    const text = step.error === null ? null : `subscribe: ${step.error}`;
    note({ event: text === null ? "subscribed" : "failed", ms: step.ms, text });
    if (track === undefined) return;
    this.#tracks.set(`${about.of} ${about.media}`, { ...about, track });
    if (about.of === "probe") await this.#watch(track);
  }

  async #watch(track: Rtc.RemoteVideoTrack): Promise<void> {
    const frames = new this.#tools.rtc.VideoStream(track).getReader();
    this.#stay.signal.addEventListener("abort", () => void frames.cancel().catch(() => undefined), { once: true });
    for (;;) {
      const { done, value } = await frames.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return;
      const now = performance.now();
      const { frame } = value;
      const sent = readMark(frame.data, frame.width, frame.height);
      if (sent === undefined || sent > now) this.#unreadable++;
      else this.#latencyMs.push(Math.round((now - sent) * 1000) / 1000);
    }
  }

  async #ping(): Promise<void> {
    const { room, roomName, probe, signal } = this.#stay;
    const { orders } = this.#tools;
    const speaker = room.remoteParticipants.get(speakerIdentity(orders))?.sid;
    if (speaker === undefined) return;
    const number = ++this.#pings;
    const id = `${this.#stay.connection}.${number}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pongs.set(id, resolve);
    const { step, failed } = await timedStep(stepLimitMs, async () => {
      await room.localParticipant?.publishData(new TextEncoder().encode(id), {
        reliable: true,
        topic: pingTopic,
        destination_identities: [speakerIdentity(orders)],
      });
      await promise;
    });
    this.#pongs.delete(id);
    if (!failed && this.#answered?.speaker !== speaker) this.#answered = { speaker, from: number };
    // Data channels come up some seconds after the join (seen: three), and the server drops what comes before. That is
    // the probes' own start; it counts only where no later ping is answered either.
    const isBeforeFirst = this.#answered?.speaker === speaker && number < this.#answered.from;
    if (!signal.aborted && !(failed && isBeforeFirst)) {
      this.#note({ kind: "echo", room: roomName, probe, step });
    }
  }

  async #report(): Promise<void> {
    const { roomName, probe, connection, signal, say } = this.#stay;
    const [latencyMs, unreadable] = [this.#latencyMs, this.#unreadable];
    this.#latencyMs = [];
    this.#unreadable = 0;
    const { value, step } = await timedStep(stepLimitMs, () => this.#statistics());
    if (signal.aborted) return;
    if (value === undefined) say("failed", `statistics: ${step.error}`);
    else this.#note({ kind: "listen", room: roomName, probe, connection, latencyMs, unreadable, ...value });
  }

  async #statistics(): Promise<Pick<ProbeLineOf<"listen">, "roundTrips" | "inbound">> {
    const { room, signal } = this.#stay;
    const [{ subscriberStats, publisherStats }, inbound] = await Promise.all([
      room.getRtcStats(),
      Promise.all(
        [...this.#tracks.values()].map(async ({ track, ...about }) =>
          inboundOf(await trackStats(track, signal), about),
        ),
      ),
    ]);
    return {
      roundTrips: roundTripsOf([...subscriberStats, ...publisherStats]),
      inbound: inbound.filter((one) => one !== undefined),
    };
  }
}
