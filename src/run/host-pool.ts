import type { Fleet } from "../fleet/fleet.ts";
import type { FleetHost } from "../fleet/hosts-file.ts";
import type { Remote } from "../remote/remote.ts";

/** One open connection per host, shared by all phases and closed at the end. */
export class HostPool implements AsyncDisposable {
  readonly #fleet: Fleet;
  readonly #open = new Map<string, Promise<Remote>>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** @throws {RemoteError} when the host cannot be opened; the next call tries again. */
  get(host: FleetHost, signal: AbortSignal): Promise<Remote> {
    const known = this.#open.get(host.name);
    if (known) return known;
    const opening = this.#fleet.open(host, signal);
    this.#open.set(host.name, opening);
    opening.catch(() => this.#open.delete(host.name));
    return opening;
  }

  /** The next {@link get} opens anew. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    const remotes = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    await Promise.allSettled(remotes.map((remote) => remote.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
