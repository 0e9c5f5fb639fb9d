import type * as Rtc from "@livekit/rtc-node";
import type { ProbeStep } from "../../metrics/probes/lines.ts";
import { stepLimitMs } from "./orders.ts";
import type { ProbeTools } from "./room-client.ts";
import { timedStep } from "./step.ts";

/** From setSubscribed(true) to the event TrackSubscribed of this very publication. */
export async function subscribe(
  { rtc, signal }: ProbeTools,
  room: Rtc.Room,
  publication: Rtc.RemoteTrackPublication,
): Promise<{ step: ProbeStep; track: Rtc.RemoteTrack | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<Rtc.RemoteTrack>();
  const onSubscribed = (track: Rtc.RemoteTrack, its: Rtc.RemoteTrackPublication) => {
    if (its.sid === publication.sid) resolve(track);
  };
  const onFailed = (sid: string, _: unknown, reason?: string) => {
    if (sid === publication.sid) reject(new Error(reason ?? "the subscription failed"));
  };
  const onGone = () => reject(new Error("the connection was lost"));
  room.on(rtc.RoomEvent.TrackSubscribed, onSubscribed);
  room.on(rtc.RoomEvent.TrackSubscriptionFailed, onFailed);
  room.on(rtc.RoomEvent.Disconnected, onGone);
  try {
    const { step, value } = await timedStep(
      stepLimitMs,
      () => {
        publication.setSubscribed(true);
        return promise;
      },
      signal,
    );
    return { step, track: value };
  } finally {
    room.off(rtc.RoomEvent.TrackSubscribed, onSubscribed);
    room.off(rtc.RoomEvent.TrackSubscriptionFailed, onFailed);
    room.off(rtc.RoomEvent.Disconnected, onGone);
  }
}
