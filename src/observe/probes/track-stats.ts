import type * as Rtc from "@livekit/rtc-node";
import type { RtcStats } from "@livekit/rtc-ffi-bindings";

/**
 * What libwebrtc has counted of one subscribed track. The package offers only the statistics of the whole connection,
 * which do not say which track is whose; this is the request of its native part (livekit-ffi, track.proto, GetStats).
 * @throws when it cannot be asked, or has no answer
 */
export async function trackStats(track: Rtc.RemoteTrack, signal: AbortSignal): Promise<readonly RtcStats[]> {
  const client = globalThis._ffiClientInstance;
  if (client === undefined) throw new Error("the native part is not loaded");
  const requestAsyncId = client.getNextRequestAsyncId();
  // Asked for before the request: the answer may come at once.
  const answer = client.waitFor<{ stats: RtcStats[]; error?: string }>(
    ({ message }) => message.case === "getStats" && message.value.asyncId === requestAsyncId,
    { signal },
  );
  client.request({
    message: { case: "getStats", value: { trackHandle: track.ffi_handle.handle, requestAsyncId } },
  });
  const { stats, error } = await answer;
  if (error !== undefined && error !== "") throw new Error(error);
  return stats;
}
