/** One authenticated SSH connection to a host whose key was found right. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { NodeSSH } from "node-ssh";
import type { Client } from "ssh2";
import { abortable } from "./abortable.ts";
import { algorithmsOf, hostKeyPolicy, noKnownKeyType } from "./host-key.ts";
import { keyType } from "./public-key.ts";
import { RemoteError } from "./remote.ts";
import { Slots } from "./slots.ts";
import { prepareAuthentication } from "./ssh-auth.ts";
import { connectError } from "./ssh-errors.ts";
import type { JumpHosts } from "./ssh-jump.ts";
import type { SshSettings, SshTarget } from "./ssh-target.ts";

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;
/** Three unanswered in a row, and the connection counts as lost. */
const KEEPALIVE_MS = 5000;
/** sshd's MaxSessions is 10 by default; two are left for ending what runs in the others. */
const SESSIONS = 8;
const CLOSE_TIMEOUT_MS = 1000;

export class SshConnection implements AsyncDisposable {
  readonly client: Client;
  readonly sessions = new Slots(SESSIONS);
  #lost = false;
  readonly #release: () => void;

  /** `release` lets go of the way there, once. */
  constructor(client: Client, release: () => void) {
    this.client = client;
    this.#release = release;
    client.once("close", () => {
      this.#lost = true;
      release();
    });
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Says goodbye, and does not wait long for the answer. */
  async close(): Promise<void> {
    if (this.#lost) return;
    const closed = once(this.client, "close");
    this.client.end();
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    this.abandon();
  }

  /** For a connection that does not answer any more. */
  abandon(): void {
    this.#lost = true;
    this.client.destroy();
    // Once goodbye was said, ssh2 takes the socket for ended. It would hold the process until the kernel gives up on a
    // host that is gone.
    (this.client as { _sock?: { destroy(): void } })._sock?.destroy();
    this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Connects, and tries again after failures that may pass, all within `connectTimeout`.
 * @throws {RemoteError} `connection`, `refused`, `timeout` (of the whole) or `aborted`
 */
export async function connect(
  target: SshTarget,
  settings: SshSettings,
  jumps: JumpHosts,
  outer: AbortSignal,
): Promise<SshConnection> {
  const deadlineMs = performance.now() + settings.connectTimeout;
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(target, settings, jumps, deadlineMs, outer);
    } catch (error) {
      if (outer.aborted) throw new RemoteError("aborted", target.name, "aborted", { cause: outer.reason });
      const failure = connectError(error, target);
      // Many hosts begin at the same moment: a random part keeps them from coming back at the same moment.
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      const again = failure.kind === "connection" && attempt < ATTEMPTS && performance.now() + pauseMs < deadlineMs;
      if (!again) throw failure;
      await delay(pauseMs, undefined, { signal: outer }).catch(() => undefined);
    }
  }
}

async function connectOnce(
  target: SshTarget,
  settings: SshSettings,
  jumps: JumpHosts,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<SshConnection> {
  const policy = await hostKeyPolicy(target);
  let types = policy.types;
  let earlier: RemoteError | undefined;
  for (;;) {
    const wrong: { type?: string; problem?: RemoteError } = {};
    const verify = (key: Buffer): boolean => {
      const problem = policy.check(key);
      if (problem !== null) Object.assign(wrong, { type: keyType(key), problem });
      return problem === null;
    };
    try {
      return await handshake(target, settings, { types, verify, jumps, deadlineMs, signal });
    } catch (error) {
      if (/no matching host key format/.test((error as Error).message)) {
        throw earlier ?? (await noKnownKeyType(target, policy));
      }
      if (wrong.problem === undefined) throw error;
      // The server chooses which of its keys it shows: a pinned fingerprint may be that of another one.
      types = types.filter((type) => type !== wrong.type);
      if (!policy.mayHaveOther || types.length === 0) throw wrong.problem;
      earlier = wrong.problem;
    }
  }
}

type Handshake = {
  types: readonly string[];
  verify: (key: Buffer) => boolean;
  jumps: JumpHosts;
  deadlineMs: number;
  signal: AbortSignal;
};

async function handshake(target: SshTarget, settings: SshSettings, how: Handshake): Promise<SshConnection> {
  how.signal.throwIfAborted();
  const authentication = await prepareAuthentication(target, settings);
  const leftMs = Math.max(1, Math.ceil(how.deadlineMs - performance.now()));
  const inTime = AbortSignal.any([how.signal, AbortSignal.timeout(leftMs)]);
  const way = target.jump === null ? undefined : await how.jumps.reach(target.jump, target, inTime);
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    ...(way === undefined ? { host: target.address, port: target.port } : { sock: way.channel }),
    username: target.user,
    authHandler: authentication.handler,
    algorithms: { serverHostKey: algorithmsOf(how.types) },
    hostVerifier: how.verify,
    readyTimeout: Math.max(1, Math.ceil(how.deadlineMs - performance.now())),
    keepaliveInterval: KEEPALIVE_MS,
  });
  // Set at once, though the promise is not settled yet; gone again when the connection is.
  const client = ssh.connection;
  // node-ssh listens for errors until the connection is ready; one that comes later must not end the process.
  client?.on("error", () => undefined);
  // The handshake is a dozen small packets: held back, each would cost 40 ms; and round trips measure the clock.
  client?.setNoDelay(true);
  try {
    await abortable(connecting, how.signal);
    if (client === null) throw new Error("no connection");
    return new SshConnection(client, () => way?.release());
  } catch (error) {
    client?.destroy();
    connecting.catch(() => undefined);
    way?.release();
    if ((error as { level?: string }).level === "client-authentication") throw authentication.refusal(error);
    throw error;
  }
}
