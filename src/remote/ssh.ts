/** A host over SSH: one connection, opened again when it is lost, many commands at once. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { abortable } from "./abortable.ts";
import { execOver } from "./exec.ts";
import { END_GROUP_TIMEOUT_MS, endGroupCommand } from "./process-group.ts";
import { quoteCommand } from "./quote.ts";
import { RemoteError, type ExecOptions, type ExecResult } from "./remote.ts";
import type { OpenOptions, Remote, RemoteProcess } from "./remote.ts";
import { connect, type SshConnection } from "./ssh-connection.ts";
import { JumpHosts } from "./ssh-jump.ts";
import { SshProcess, wrapCommand } from "./ssh-process.ts";
import { resolveTarget, type SshHost, type SshSettings, type SshTarget } from "./ssh-target.ts";

/** Prints the user id, and `sudo` where that works without a password. */
const PRIVILEGE_PROBE = `id=$(id -u); echo "$id"; [ "$id" != 0 ] && [ "$1" != none ] && sudo -n true 2>/dev/null && echo sudo; exit 0`;

const SESSION_RETRIES = 5;
const SESSION_PAUSE_MS = 50;

export type OpenSshOptions = {
  settings: SshSettings;
  signal: AbortSignal;
  /** Given by a fleet, so that its hosts share the connections to their jump hosts. */
  jumps?: JumpHosts;
};

/** Connects and finds out how root is to be had. @throws {RemoteError} */
export async function openSsh(host: SshHost, options: OpenSshOptions): Promise<Remote> {
  const { settings, signal } = options;
  const target = resolveTarget(host, settings);
  const remote = new SshRemote(target, settings, options.jumps ?? new JumpHosts(settings));
  try {
    await remote.probe(signal);
    return remote;
  } catch (error) {
    await remote.close();
    throw error;
  }
}

class SshRemote implements Remote {
  readonly host: string;
  readonly #target: SshTarget;
  readonly #settings: SshSettings;
  readonly #jumps: JumpHosts;
  readonly #closing = new AbortController();
  readonly #running = new Set<RemoteProcess>();
  #connecting: Promise<SshConnection> | undefined;
  #current: SshConnection | undefined;
  #privileged: Remote["privileged"] = "no";

  constructor(target: SshTarget, settings: SshSettings, jumps: JumpHosts) {
    this.host = target.name;
    this.#target = target;
    this.#settings = settings;
    this.#jumps = jumps;
  }

  get privileged(): Remote["privileged"] {
    return this.#privileged;
  }

  async probe(signal: AbortSignal): Promise<void> {
    if (this.#target.user === "root") {
      // Nothing to find out: a session saved.
      await this.#use(signal);
      this.#privileged = "root";
      return;
    }
    const { become } = this.#settings;
    const probe = ["sh", "-c", PRIVILEGE_PROBE, "sh", become];
    const { stdout } = await this.exec(probe, { signal, timeoutMs: this.#settings.connectTimeout + 10_000 });
    const [userId, sudo] = stdout.split("\n");
    this.#privileged = userId === "0" ? "root" : sudo === "sudo" ? "sudo" : "no";
    if (become !== "sudo" || this.#privileged !== "no") return;
    throw new RemoteError("refused", this.host, `sudo -n does not work for user ${this.#target.user}`, {
      hint: "allow it without a password in the host's sudoers, or set ssh.become to auto or none",
    });
  }

  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
    return execOver(this, argv, options);
  }

  async open(argv: readonly string[], options: OpenOptions = {}): Promise<RemoteProcess> {
    const { signal } = options;
    const sudo = options.become === true && this.#privileged === "sudo";
    const command = wrapCommand(argv, sudo);
    for (let refused = 0; ;) {
      const connection = await this.#use(signal);
      const giveBack = await this.#wait(connection.sessions.take(signal), signal);
      try {
        const started = inChannel(connection, command.line, (channel) => {
          channel.once("close", giveBack);
          return new SshProcess(channel, {
            host: this.host,
            argv,
            marker: command.marker,
            signal,
            endGroup: (groupId) => this.#endGroup(connection, groupId, sudo ? "sudo" : "no"),
            abandon: () => connection.abandon(),
          });
        });
        // Also when nobody waits for it any more: its signal ends it.
        started.then((running) => this.#keep(running)).catch(() => undefined);
        return await this.#wait(started, signal);
      } catch (error) {
        const others = connection.sessions.taken - 1;
        giveBack();
        if (error instanceof RemoteError) throw error;
        // The server takes fewer sessions than assumed (MaxSessions): wait until one of them ends.
        if (!connection.lost && others > 0 && isSessionRefusal(error)) {
          connection.sessions.lower(others);
          continue;
        }
        // sshd is not done yet with one that has ended, or was ended, a moment ago.
        if (!connection.lost && isSessionRefusal(error) && refused < SESSION_RETRIES) {
          const pause = delay(SESSION_PAUSE_MS * 2 ** refused);
          refused++;
          await this.#wait(pause, signal);
          continue;
        }
        const message = `can't run a command: ${(error as Error).message}`;
        throw new RemoteError("connection", this.host, message, { cause: error });
      }
    }
  }

  #keep(running: RemoteProcess): void {
    this.#running.add(running);
    const forget = () => this.#running.delete(running);
    running.done.then(forget, forget);
  }

  /** The connection that there is, or a new one. */
  async #use(signal: AbortSignal | undefined): Promise<SshConnection> {
    if (this.#closing.signal.aborted) throw new RemoteError("connection", this.host, "closed");
    if (this.#current !== undefined && !this.#current.lost) return this.#current;
    this.#connecting ??= this.#reconnect();
    return this.#wait(this.#connecting, signal);
  }

  /** For all who wait for it: the signal of one of them must not end it for the others. */
  async #reconnect(): Promise<SshConnection> {
    try {
      this.#current = await connect(this.#target, this.#settings, this.#jumps, this.#closing.signal);
      return this.#current;
    } finally {
      this.#connecting = undefined;
    }
  }

  async #wait<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await abortable(promise, signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      throw new RemoteError("aborted", this.host, "aborted", { cause: signal.reason });
    }
  }

  /** Over the connection that the command runs in; where that takes no more sessions, or is dead, over a new one. */
  async #endGroup(connection: SshConnection, groupId: number, asRoot: "sudo" | "no"): Promise<void> {
    const line = quoteCommand(endGroupCommand(groupId, asRoot));
    const timeout = AbortSignal.timeout(END_GROUP_TIMEOUT_MS);
    if (!connection.lost) {
      try {
        await abortable(runToEnd(connection, line), timeout);
        return;
      } catch {
        if (timeout.aborted) connection.abandon();
      }
    }
    const again = AbortSignal.timeout(END_GROUP_TIMEOUT_MS);
    try {
      await using fresh = await connect(this.#target, this.#settings, this.#jumps, again);
      await abortable(runToEnd(fresh, line), again);
    } catch {
      // Not reachable at all: `done` tells that the connection was lost.
      connection.abandon();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("closed"));
    await this.#connecting?.catch(() => undefined);
    if (this.#current?.lost === false) await Promise.all([...this.#running].map((running) => running.kill()));
    await this.#current?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** `use` is called at once: a fast command's exit may come in the same packet as the confirmation of its start. */
function inChannel<T>(connection: SshConnection, line: string, use: (channel: ClientChannel) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    connection.client.exec(line, (error, channel) => {
      if (error === undefined) resolve(use(channel));
      else reject(error);
    });
  });
}

async function runToEnd(connection: SshConnection, line: string): Promise<void> {
  const closed = await inChannel(connection, line, (channel) => {
    channel.resume();
    channel.stderr.resume();
    channel.end();
    // In an object: a promise that is resolved with a promise waits for it.
    return { promise: once(channel, "close") };
  });
  await closed.promise;
}

function isSessionRefusal(error: unknown): boolean {
  return /channel open failure/i.test((error as Error).message);
}
