import type * as Rtc from "@livekit/rtc-node";

/**
 * Lets only these identities subscribe to what the participant publishes: otherwise lk's subscribers, who take the
 * first publishers that they find, would take the probe's tracks for the load's.
 * The package has no method for it; this is the request that it would send (livekit-ffi, track.proto).
 */
export async function allowOnly(participant: Rtc.LocalParticipant, identities: readonly string[]): Promise<void> {
  const { FfiRequest, livekitFfiRequest } = await import("@livekit/rtc-ffi-bindings");
  const request = new FfiRequest({
    message: {
      case: "setTrackSubscriptionPermissions",
      value: {
        localParticipantHandle: participant.ffi_handle.handle,
        allParticipantsAllowed: false,
        permissions: identities.map((participantIdentity) => {
          return { participantIdentity, allowAll: true, allowedTrackSids: [] };
        }),
      },
    },
  });
  livekitFfiRequest(request.toBinary());
}
