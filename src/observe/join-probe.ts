/** One real join over the signalling WebSocket: proves that participants can join, and tells the server's version. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerInfo } from "@livekit/protocol";
import type { TargetAccess } from "./target.ts";

const timeoutMs = 8000;
/** For the server to take leave; then the connection is closed without. */
const leaveTimeoutMs = 2000;
/** Signalling protocol that a server of 2022 or later speaks; it only names what we would understand. */
const protocol = 9;

export type JoinProbe = {
  serverVersion: string | null;
  protocol: number | null;
  nodeId: string | null;
  region: string | null;
};

/**
 * Joins `room` as `identity` and leaves at once. The room lingers: the caller deletes it.
 * @throws {Error} the join was refused, did not come within 8 s, or was aborted
 */
export async function probeJoin(
  access: TargetAccess,
  options: { room: string; identity: string; hidden?: boolean; signal: AbortSignal },
): Promise<JoinProbe> {
  const { room, identity, hidden = false, signal } = options;
  const [{ AccessToken }, { LeaveRequest, SignalRequest, SignalResponse }] = await Promise.all([
    import("livekit-server-sdk"),
    import("@livekit/protocol"),
  ]);
  const token = new AccessToken(access.apiKey, access.apiSecret.reveal(), { identity, ttl: "1m" });
  token.addGrant({ roomJoin: true, room, canPublish: false, canSubscribe: false, hidden });
  const socket = new WebSocket(await signalUrl(access.url, token.toJwt()));
  socket.binaryType = "arraybuffer";
  try {
    const bytes = await firstMessage(socket, signal);
    const { message } = SignalResponse.fromBinary(bytes, { readUnknownFields: false });
    if (message.case !== "join") throw new Error(`the first signal was ${message.case ?? "empty"}, not a join`);
    // Without it the server would wait for the participant to come back.
    const leave = new SignalRequest({ message: { case: "leave", value: new LeaveRequest() } });
    const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
    socket.send(leave.toBinary());
    await Promise.race([closed, sleep(leaveTimeoutMs, undefined, { ref: false })]);
    return describe(message.value.serverInfo);
  } finally {
    socket.close();
  }
}

async function signalUrl(url: string, token: Promise<string>): Promise<string> {
  const signal = new URL(url);
  signal.protocol = signal.protocol === "https:" || signal.protocol === "wss:" ? "wss:" : "ws:";
  signal.pathname = `${signal.pathname.replace(/\/$/, "")}/rtc`;
  signal.search = new URLSearchParams({
    access_token: await token,
    protocol: String(protocol),
    auto_subscribe: "0",
    sdk: "js",
  }).toString();
  return signal.href;
}

function firstMessage(socket: WebSocket, signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const timer = setTimeout(
    () => reject(new Error(`no answer on the signalling WebSocket within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  socket.addEventListener("message", ({ data }) => {
    if (data instanceof ArrayBuffer) resolve(new Uint8Array(data));
    else reject(new Error("the signalling WebSocket answered with text"));
  });
  socket.addEventListener("error", () => reject(new Error("the signalling WebSocket was refused or broke")));
  socket.addEventListener("close", ({ code, reason }) =>
    reject(new Error(`the signalling WebSocket was closed (${code} ${reason})`)),
  );
  const onAbort = () => reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

function describe(info: ServerInfo | undefined): JoinProbe {
  const text = (value: string | undefined) => (value === undefined || value === "" ? null : value);
  return {
    serverVersion: text(info?.version),
    protocol: info?.protocol ?? null,
    nodeId: text(info?.nodeId),
    region: text(info?.region),
  };
}
