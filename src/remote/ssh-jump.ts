/** Connections to jump hosts, shared by all hosts behind them: sshd takes only some new connections at a time. */
import type { Duplex } from "node:stream";
import { abortable } from "./abortable.ts";
import { RemoteError } from "./remote.ts";
import { connect, type SshConnection } from "./ssh-connection.ts";
import type { SshSettings, SshTarget } from "./ssh-target.ts";

type Shared = { connection: Promise<SshConnection>; users: number; ending: AbortController };

export class JumpHosts {
  readonly #settings: SshSettings;
  readonly #shared = new Map<string, Shared>();

  constructor(settings: SshSettings) {
    this.#settings = settings;
  }

  /** A TCP connection from the jump host to the target. The last one to release it closes the connection to it. */
  async reach(
    jump: SshTarget,
    target: SshTarget,
    signal: AbortSignal,
  ): Promise<{ channel: Duplex; release: () => void }> {
    const key = keyOf(jump);
    const shared = await this.#share(key, jump);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      shared.users--;
      if (shared.users === 0) this.#end(key, shared);
    };
    try {
      const connection = await abortable(shared.connection, signal);
      const forwarding = forward(connection, jump, target);
      try {
        return { channel: await abortable(forwarding, signal), release };
      } catch (error) {
        forwarding.then((late) => late.destroy()).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The connection that there is, unless it is lost; counted as in use. */
  async #share(key: string, jump: SshTarget): Promise<Shared> {
    const known = this.#shared.get(key);
    const lost =
      known !== undefined && (await known.connection.then((connection) => connection.lost).catch(() => true));
    const now = this.#shared.get(key);
    // Somebody else may have opened a new one meanwhile.
    if (now !== undefined && (now !== known || !lost)) {
      now.users++;
      return now;
    }
    const ending = new AbortController();
    const shared = { connection: connect(jump, this.#settings, this, ending.signal), users: 1, ending };
    shared.connection.catch(() => undefined);
    this.#shared.set(key, shared);
    return shared;
  }

  #end(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
    shared.ending.abort();
    shared.connection.then((connection) => connection.close()).catch(() => undefined);
  }
}

function keyOf(jump: SshTarget | null): string {
  return jump === null ? "" : `${jump.user}@${jump.address}:${jump.port} ${keyOf(jump.jump)}`;
}

function forward(connection: SshConnection, jump: SshTarget, target: SshTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      const message = `${jump.address} can't reach ${target.address} port ${target.port}: ${error.message}`;
      reject(
        new RemoteError("connection", target.name, message, {
          hint: "the address must be one that the jump host can reach, and its sshd must allow TCP forwarding",
          cause: error,
        }),
      );
    };
    try {
      connection.client.forwardOut("127.0.0.1", 0, target.address, target.port, (error, channel) => {
        if (error === undefined) resolve(channel);
        else fail(error);
      });
    } catch (error) {
      fail(error as Error);
    }
  });
}
