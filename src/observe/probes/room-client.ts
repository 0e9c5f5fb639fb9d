/** Joins a room as one probe, with nothing subscribed. */
import type * as Rtc from "@livekit/rtc-node";
import type { ProbeStep } from "../../metrics/probes/lines.ts";
import { stepLimitMs, type ProbeOrders } from "./orders.ts";
import { timedStep } from "./step.ts";

/** What every probe works with. */
export type ProbeTools = {
  rtc: typeof Rtc;
  orders: ProbeOrders;
  token: (identity: string, room: string) => Promise<string>;
  /** Ends every step under way. */
  signal: AbortSignal;
};

/**
 * The time goes from the call until signalling and media transport are connected. No attempt is repeated silently.
 * @returns no room when the step has failed
 */
export async function joinRoom(
  { rtc, orders, token, signal }: ProbeTools,
  { room, identity }: { room: string; identity: string },
): Promise<{ step: ProbeStep; room: Rtc.Room | undefined }> {
  const jwt = await token(identity, room);
  const client = new rtc.Room();
  // `joinRetries` and `connectTimeoutMs` are options of the native part that the package passes on.
  const options = { autoSubscribe: false, dynacast: false, joinRetries: 0, connectTimeoutMs: BigInt(stepLimitMs) };
  const connecting = client.connect(orders.url, jwt, options);
  const { step, failed } = await timedStep(stepLimitMs, () => connecting, signal);
  if (!failed) return { step, room: client };
  // One that connects after all must not stay.
  void connecting.then(() => leaveRoom(client)).catch(() => undefined);
  return { step, room: undefined };
}

export async function leaveRoom(client: Rtc.Room): Promise<void> {
  await timedStep(2000, () => client.disconnect());
}

export function isLoad(identity: string, orders: ProbeOrders): boolean {
  return orders.loadPrefixes.some((prefix) => identity.startsWith(`${prefix}_`));
}

export const speakerIdentity = (orders: ProbeOrders) => `${orders.identityPrefix}_speaker`;
export const listenerIdentity = (orders: ProbeOrders, index: number) => `${orders.identityPrefix}_listener_${index}`;
export const visitorIdentity = (orders: ProbeOrders, index: number) => `${orders.identityPrefix}_visitor_${index}`;
