/** A probe that stays in its room, and comes back when it loses it. Each of these is told. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as Rtc from "@livekit/rtc-node";
import type { ProbeLineOf, ProbeNote } from "../../metrics/probes/lines.ts";
import { errorText } from "../target.ts";
import { joinRoom, leaveRoom, type ProbeTools } from "./room-client.ts";

const comeBackAfterMs = 1000;

type Event = ProbeLineOf<"resident">["event"];

export type Stay = {
  room: Rtc.Room;
  roomName: string;
  probe: string;
  /** From 1: of this probe. */
  connection: number;
  note: (event: { event: Event; ms: number | null; text: string | null }) => void;
  say: (event: Event, text: string | null) => void;
  /** Aborted when the connection is lost, or all is over. */
  signal: AbortSignal;
};

export async function stayInRoom(
  tools: ProbeTools,
  about: { room: string; identity: string; note: (note: ProbeNote) => void; signal: AbortSignal },
  act: (stay: Stay) => Promise<void>,
): Promise<void> {
  const { room: roomName, identity, signal } = about;
  const note: Stay["note"] = (event) => about.note({ kind: "resident", room: roomName, probe: identity, ...event });
  const say: Stay["say"] = (event, text) => note({ event, ms: null, text });
  for (let connection = 1; !signal.aborted; connection++) {
    const { step, room } = await joinRoom(tools, { room: roomName, identity });
    note({ event: step.error === null ? "joined" : "join failed", ms: step.ms, text: step.error });
    if (room !== undefined) {
      const lost = new AbortController();
      const { RoomEvent, DisconnectReason } = tools.rtc;
      room.on(RoomEvent.Reconnecting, () => say("reconnecting", null));
      room.on(RoomEvent.Reconnected, () => say("reconnected", null));
      room.once(RoomEvent.Disconnected, (reason) => {
        if (!signal.aborted) say("lost", (DisconnectReason[reason] ?? "unknown").toLowerCase().replaceAll("_", " "));
        lost.abort();
      });
      const until = AbortSignal.any([signal, lost.signal]);
      try {
        await act({ room, roomName, probe: identity, connection, note, say, signal: until });
      } catch (error) {
        if (!until.aborted) say("failed", errorText(error));
      } finally {
        await leaveRoom(room);
      }
    }
    await sleep(comeBackAfterMs, undefined, { signal }).catch(() => undefined);
  }
}
