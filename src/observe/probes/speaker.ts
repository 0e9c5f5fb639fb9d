/** The publisher probe of a room: pictures with a time mark, a quiet tone, and an echo of every ping. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ProbeNote } from "../../metrics/probes/lines.ts";
import { stepLimitMs } from "./orders.ts";
import { stayInRoom, type Stay } from "./resident.ts";
import { listenerIdentity, speakerIdentity, visitorIdentity, type ProbeTools } from "./room-client.ts";
import { timedStep } from "./step.ts";
import { allowOnly } from "./subscription-permission.ts";
import { drawMark, markHeight, markWidth, newMarkPicture } from "./time-mark.ts";

const pictureIntervalMs = 100;
export const pingTopic = "lkload-ping";
export const pongTopic = "lkload-pong";

export async function speak(
  tools: ProbeTools,
  room: string,
  note: (note: ProbeNote) => void,
  signal: AbortSignal,
): Promise<void> {
  const identity = speakerIdentity(tools.orders);
  await stayInRoom(tools, { room, identity, note, signal }, (stay) => publish(tools, stay));
}

async function publish(tools: ProbeTools, { room, note, say, signal }: Stay): Promise<void> {
  const { rtc, orders } = tools;
  const participant = room.localParticipant;
  if (participant === undefined) throw new Error("joined without being a participant");
  const indices = Array.from({ length: orders.perRoom }, (_, index) => index + 1);
  await allowOnly(participant, [
    ...indices.map((index) => listenerIdentity(orders, index)),
    ...indices.map((index) => visitorIdentity(orders, index)),
  ]);
  room.on(rtc.RoomEvent.DataReceived, (data, from, _, topic) => {
    if (topic !== pingTopic || from === undefined) return;
    const options = { reliable: true, topic: pongTopic, destination_identities: [from.identity] };
    participant.publishData(data, options).catch((error: unknown) => say("failed", `echo: ${String(error)}`));
  });
  const source = new rtc.VideoSource(markWidth, markHeight);
  try {
    const track = rtc.LocalVideoTrack.createVideoTrack("lkload-probe", source);
    const options = new rtc.TrackPublishOptions({
      source: rtc.TrackSource.SOURCE_CAMERA,
      simulcast: false,
      videoCodec: rtc.VideoCodec.VP8,
    });
    const { step } = await timedStep(stepLimitMs, () => participant.publishTrack(track, options));
    note({ event: step.error === null ? "published" : "failed", ms: step.ms, text: step.error });
    const picture = newMarkPicture();
    while (!signal.aborted) {
      drawMark(picture, performance.now());
      source.captureFrame(new rtc.VideoFrame(picture, markWidth, markHeight, rtc.VideoBufferType.I420));
      await sleep(pictureIntervalMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await source.close();
  }
}
