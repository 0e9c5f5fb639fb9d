/** What can be shown while the load runs: the latest of everything that the hosts and the server say. */
import { HostProgress } from "../load/host-progress.ts";
import type { Armed, RoomsSample } from "../metrics/raw.ts";
import type { Plan } from "../plan/plan.ts";
import type { LiveHost, LiveLoad } from "./events.ts";

type HostView = { name: string; progress: HostProgress; expectedTracks: number; connected: boolean };

export class LiveView {
  readonly #plan: Plan;
  readonly #startAtMs: number;
  readonly #now: () => number;
  readonly #hosts = new Map<string, HostView>();
  #serverParticipants: number | null = null;

  constructor(plan: Plan, armed: Armed, hosts: readonly string[], now: () => number) {
    this.#plan = plan;
    this.#startAtMs = armed.startAtMs;
    this.#now = now;
    for (const host of hosts) this.#hosts.set(host, newView(plan, host));
  }

  push(host: string, line: string): void {
    this.#hosts.get(host)?.progress.push(line);
  }

  connection(host: string, connected: boolean): void {
    const view = this.#hosts.get(host);
    if (view) view.connected = connected;
  }

  rooms(sample: RoomsSample): void {
    if (sample.rooms) this.#serverParticipants = sample.rooms.reduce((sum, room) => sum + room.participants, 0);
  }

  snapshot(): LiveLoad {
    const { rampMs, durationMs, totalMs } = this.#plan.timing;
    const elapsedMs = this.#now() - this.#startAtMs;
    const held = elapsedMs < rampMs + durationMs ? "hold" : "drain";
    const stage = elapsedMs < 0 ? "waiting" : elapsedMs < rampMs ? "ramp" : held;
    return {
      elapsedMs,
      totalMs,
      stage,
      serverParticipants: this.#serverParticipants,
      hosts: [...this.#hosts.values()].map((view) => liveHost(view, elapsedMs)),
    };
  }
}

function newView(plan: Plan, host: string): HostView {
  const segments = plan.segments.filter((segment) => segment.host === host);
  const expectedTracks = segments.reduce((sum, segment) => {
    const room = plan.rooms.find(({ name }) => name === segment.room);
    return sum + segment.subscribers * (room?.expectedTracksPerSubscriber.min ?? 0);
  }, 0);
  const loopback = plan.fleet === "local";
  return {
    name: host,
    progress: new HostProgress(segments, plan.rooms, { loopback }),
    expectedTracks,
    connected: true,
  };
}

function liveHost({ name, progress, expectedTracks, connected }: HostView, elapsedMs: number): LiveHost {
  const running = elapsedMs < 0 ? "waiting" : "running";
  return {
    host: name,
    intended: progress.intended,
    joined: progress.joined,
    tracks: progress.tracksSubscribed,
    expectedTracks,
    rxBps: progress.rxBps,
    txBps: progress.txBps,
    maxCorePercent: progress.maxCorePercent,
    errors: progress.errors,
    state: progress.done ? "done" : connected ? running : "lost",
  };
}
