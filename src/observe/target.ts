/** The LiveKit deployment under test, through its server API. */
import type { RoomServiceClient } from "livekit-server-sdk";
import { withoutTokens } from "../config/redact.ts";
import { Secret } from "../config/secret.ts";
import type { RoomsSample } from "../metrics/raw.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import { probeJoin, type JoinProbe } from "./join-probe.ts";

export type TargetAccess = { url: string; apiKey: string; apiSecret: Secret };

const requestTimeoutSeconds = 8;

/** Why a deployment can't be used. `refused`: it is LiveKit, and takes neither key nor secret. */
export class TargetError extends LkloadError {
  readonly reason: "refused" | "unusable";

  constructor(reason: TargetError["reason"], message: string, options: { hint: string; cause: unknown }) {
    super(exitCodes.infrastructure, message, options);
    this.name = "TargetError";
    this.reason = reason;
  }
}

export class Target {
  readonly access: TargetAccess;
  #client: RoomServiceClient | undefined;

  constructor(access: TargetAccess) {
    this.access = access;
  }

  /** The environment that lk takes its credentials from. */
  secrets(): Record<string, Secret> {
    const { url, apiKey, apiSecret } = this.access;
    return { LIVEKIT_URL: new Secret(url), LIVEKIT_API_KEY: new Secret(apiKey), LIVEKIT_API_SECRET: apiSecret };
  }

  /**
   * Proves that the server answers and takes the key and secret.
   * @throws {TargetError} exit 5, with the reason and what to do
   */
  async check(): Promise<void> {
    try {
      await (await this.#rooms()).listRooms(["lkload-check"]);
    } catch (error) {
      throw targetError(this.access.url, error);
    }
  }

  /**
   * Joins a room once, over the same signalling WebSocket that participants use.
   * @throws {LkloadError} exit 5 when that does not work; the signal's reason when it is aborted
   */
  async probeJoin(room: string, signal: AbortSignal): Promise<JoinProbe> {
    try {
      return await probeJoin(this.access, { room, identity: "lkload-check", signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new LkloadError(
        exitCodes.infrastructure,
        `LiveKit at ${this.access.url}: its API answers, but a participant cannot join: ${errorText(error)}`,
        { hint: joinHint(this.access.url), cause: error },
      );
    }
  }

  /**
   * LiveKit's id of the server that a room lives on, as a hidden participant is told that joins and leaves.
   * @throws {Error} the join failed; the signal's reason when it is aborted
   */
  async nodeOf(room: string, signal: AbortSignal): Promise<string | null> {
    const { nodeId } = await probeJoin(this.access, { room, identity: "lkload-where", hidden: true, signal });
    return nodeId;
  }

  /** What the server says about these rooms; a failed poll is a sample too, with its error. */
  async pollRooms(
    roomNames: readonly string[],
    identityPrefixes: readonly string[],
    now: () => number,
  ): Promise<RoomsSample> {
    const polledAtMs = now();
    const started = performance.now();
    const took = () => Math.round(performance.now() - started);
    try {
      const [client, { ParticipantInfo_State }] = await Promise.all([this.#rooms(), import("@livekit/protocol")]);
      const there = new Set((await client.listRooms([...roomNames])).map((room) => room.name));
      const rooms = await Promise.all(
        roomNames.map(async (name) => {
          const listed = there.has(name) ? await this.#participants(client, name) : [];
          const ours = listed.filter((p) => identityPrefixes.some((prefix) => p.identity.startsWith(`${prefix}_`)));
          const active = ours.filter((p) => p.state === ParticipantInfo_State.ACTIVE);
          return {
            name,
            participants: active.length,
            publishers: active.filter((p) => p.isPublisher).length,
            publishedTracks: active.reduce((sum, p) => sum + p.tracks.length, 0),
          };
        }),
      );
      return { polledAtMs, tookMs: took(), rooms, error: null };
    } catch (error) {
      return { polledAtMs, tookMs: took(), rooms: null, error: errorText(error) };
    }
  }

  /**
   * Deletes the rooms; one that is already gone counts as deleted. Gives the names that could not be deleted. After
   * the first to which no server answers, or when the signal is aborted, the rest are not tried: each would take 8 s.
   */
  async deleteRooms(
    roomNames: readonly string[],
    signal: AbortSignal,
  ): Promise<{ deleted: string[]; failed: { room: string; error: string }[] }> {
    const client = await this.#rooms();
    const deleted: string[] = [];
    const failed: { room: string; error: string }[] = [];
    let givenUp: string | null = null;
    for (const room of roomNames) {
      if (signal.aborted) givenUp ??= "not tried, it was interrupted";
      if (givenUp !== null) {
        failed.push({ room, error: givenUp });
        continue;
      }
      try {
        await client.deleteRoom(room);
        deleted.push(room);
      } catch (error) {
        if (isNotFound(error)) deleted.push(room);
        else failed.push({ room, error: errorText(error) });
        if (!isAnswer(error)) givenUp = errorText(error);
      }
    }
    return { deleted, failed };
  }

  /** A room may end between being listed and being asked for. */
  async #participants(client: RoomServiceClient, room: string) {
    try {
      return await client.listParticipants(room);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  async #rooms(): Promise<RoomServiceClient> {
    if (this.#client) return this.#client;
    const { RoomServiceClient } = await import("livekit-server-sdk");
    const { url, apiKey, apiSecret } = this.access;
    this.#client = new RoomServiceClient(url, apiKey, apiSecret.reveal(), {
      requestTimeout: requestTimeoutSeconds,
      failover: false,
    });
    return this.#client;
  }
}

/** The server answered, if only to refuse; everything else is a broken way to it. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && "status" in error && typeof error.status === "number";
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error &&
    (("status" in error && error.status === 404) || ("code" in error && error.code === "not_found"))
  );
}

/** One line: undici hides the real reason in nested causes. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current instanceof Error && parts.length < 4; current = current.cause) {
    const code = "code" in current && typeof current.code === "string" ? `${current.code} ` : "";
    const text = current.message === "" ? current.name : current.message;
    const part = text.includes(code.trim()) ? text : `${code}${text}`;
    if (!parts.includes(part)) parts.push(part);
    if (current instanceof AggregateError && current.errors[0] instanceof Error && current.cause === undefined) {
      parts.push(current.errors[0].message);
    }
  }
  // Servers repeat the token that they refuse.
  return withoutTokens(parts.join(": ") || String(error)).replaceAll(/\s+/g, " ");
}

function joinHint(url: string): string {
  const { pathname } = new URL(url);
  return pathname === "/"
    ? "proxies and load balancers in front of LiveKit must pass WebSockets on to /rtc"
    : `livekit.url has the path ${pathname}: LiveKit itself is served without one`;
}

function targetError(url: string, error: unknown): TargetError {
  const fail = (message: string, hint: string, reason: TargetError["reason"] = "unusable") =>
    new TargetError(reason, `LiveKit at ${url}: ${message}`, { hint, cause: error });
  const status =
    error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
  if (status === 401 || status === 403) {
    return fail(
      `the server refused the API key or secret (${errorText(error)})`,
      "check LIVEKIT_API_KEY and LIVEKIT_API_SECRET against the server's `keys`; a clock that is off by minutes is refused too",
      "refused",
    );
  }
  if (status === 404) {
    return fail(
      "something answers there, but it is no LiveKit server (404)",
      "check livekit.url, its port and its path",
    );
  }
  if (status !== undefined) {
    return fail(`the server answered ${status} (${errorText(error)})`, "look at the server's own log");
  }
  const text = errorText(error);
  if (error instanceof SyntaxError) {
    return fail("something answers there, but it is no LiveKit server", "check livekit.url, its port and its path");
  }
  if (/timeout|aborted/i.test(text)) {
    return fail(`no answer within ${requestTimeoutSeconds} s`, "check livekit.url, firewalls and the load balancer");
  }
  if (text.includes("ERR_SSL_WRONG_VERSION_NUMBER")) {
    return fail("it does not speak TLS there", "write ws:// or http:// in livekit.url, or name the port that has TLS");
  }
  return fail(`cannot be reached (${text})`, "check livekit.url (LIVEKIT_URL): name, port, TLS");
}
