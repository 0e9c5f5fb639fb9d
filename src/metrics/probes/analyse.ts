/** From the lines of `observe/probes.ndjson` to what the result says about the probes. */
import type { ProbePlan } from "../../plan/plan.ts";
import { distributionOf } from "../distribution.ts";
import type { Latencies } from "../joins.ts";
import type { Distribution, ProbesResult, Share } from "../result.ts";
import type { TimeRange } from "../window.ts";
import { ProbeErrors } from "./errors.ts";
import type { ProbeLine, ProbeLineOf } from "./lines.ts";
import { Listening, type Interval } from "./listening.ts";
import { machineDistrust, machineFigures } from "./machine.ts";
import { latenciesOf, type SeenStep } from "./steps.ts";

/** What the probes measured in one time: for the steady window, and for the windows that slide over it. */
export type ProbeFigures = {
  join: Latencies;
  subscribe: Latencies;
  firstFrame: Latencies;
  latency: Latencies;
  dataRoundTrip: Latencies;
  rtt: Latencies;
  jitter: Latencies;
  joined: Share | null;
  audioLoss: Share | null;
  videoLoss: Share | null;
  frozen: Share | null;
  concealed: Share | null;
};

type Point = { atMs: number; ms: number; room: string };

export class ProbesAnalysis {
  readonly joins: SeenStep[] = [];
  readonly subscribes: SeenStep[] = [];
  readonly firstFrames: SeenStep[] = [];
  readonly echoes: SeenStep[] = [];
  readonly pictures: Point[] = [];
  readonly #visits: { dueAtMs: number; skipped: number; room: string }[] = [];
  readonly #listening = new Listening();
  readonly #machine: ProbeLineOf<"machine">[] = [];
  readonly #unreadable: { atMs: number; count: number }[] = [];
  readonly #errors = new ProbeErrors();
  #client: string | null = null;
  #crash: string | null = null;
  #crashes = 0;
  #lost = 0;
  #reconnections = 0;

  /** One line, in the file's order. */
  add(line: ProbeLine): void {
    this.#errors.add(line);
    switch (line.kind) {
      case "hello":
        this.#client = line.client;
        break;
      case "machine":
        this.#machine.push(line);
        break;
      case "visit":
        this.#visit(line);
        break;
      case "echo":
        this.echoes.push({ ...line.step, room: line.room, toldAtMs: line.atMs });
        break;
      case "listen":
        this.#listening.add(line);
        this.#unreadable.push({ atMs: line.atMs, count: line.unreadable });
        for (const ms of line.latencyMs) this.pictures.push({ atMs: line.atMs, ms, room: line.room });
        break;
      case "resident":
        if (line.event === "lost") this.#lost++;
        if (line.event === "reconnecting") this.#reconnections++;
        break;
      case "end":
        if (line.outcome !== "crashed") break;
        this.#crashes++;
        this.#crash = line.text;
        break;
    }
  }

  #visit({ room, join, tracks, atMs, dueAtMs, skipped }: ProbeLineOf<"visit">): void {
    const seen = { room, toldAtMs: atMs };
    this.#visits.push({ room, dueAtMs, skipped });
    this.joins.push({ ...join, ...seen });
    for (const { subscribe, firstFrame } of tracks) {
      this.subscribes.push({ ...subscribe, ...seen });
      if (firstFrame !== null) this.firstFrames.push({ ...firstFrame, ...seen });
    }
  }

  /** @param room only what was measured there; undefined: everywhere */
  figures(range: TimeRange, room?: string): ProbeFigures {
    const here = <Item extends { room: string }>(items: readonly Item[]): readonly Item[] =>
      room === undefined ? items : items.filter((item) => item.room === room);
    const intervals = here(this.#listening.within(range));
    const tracks = intervals.flatMap((interval) => interval.tracks);
    const video = tracks.filter(({ media }) => media === "video");
    const audio = tracks.filter(({ media }) => media === "audio");
    const join = latenciesOf(here(this.joins), range);
    return {
      join,
      subscribe: latenciesOf(here(this.subscribes), range),
      firstFrame: latenciesOf(here(this.firstFrames), range),
      latency: measured(
        here(this.pictures)
          .filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs)
          .map(({ ms }) => ms),
      ),
      dataRoundTrip: latenciesOf(here(this.echoes), range),
      rtt: measured(intervals.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]))),
      jitter: measured(tracks.filter(({ received }) => received > 0).map(({ jitterMs }) => jitterMs)),
      joined: share(join.values.length, join.values.length + join.censored, "probes"),
      audioLoss: lossOf(audio),
      videoLoss: lossOf(video),
      frozen: share(
        sum(video, ({ freezesMs }) => freezesMs),
        sum(intervals, (interval) => watchedMs(interval)),
        "libwebrtc",
      ),
      concealed: share(
        sum(audio, ({ concealed }) => concealed),
        sum(audio, ({ samples }) => samples),
        "libwebrtc",
      ),
    };
  }

  /** Why the figures of this time cannot be trusted; null when they can. */
  distrust(range: TimeRange): string | null {
    return machineDistrust(this.#machine, range);
  }

  /** Why there are no figures at all; null when the probes were at work. */
  get problem(): string | null {
    if (this.#client !== null) return null;
    return this.#crash === null ? "the probes did not come up" : `the probes did not come up: ${this.#crash}`;
  }

  /** What thresholds are judged on: figures that can be trusted, or why there are none. */
  judged(
    plan: ProbePlan | null,
    range: TimeRange | null,
  ): { figures: ProbeFigures } | { figures: null; reason: string } {
    const reason =
      plan === null
        ? "no probes were asked for (probes.perRoom)"
        : (this.problem ?? (range === null ? "there was no steady window" : this.distrust(range)));
    return reason === null && range !== null
      ? { figures: this.figures(range) }
      : { figures: null, reason: reason ?? "there was no steady window" };
  }

  /** Null: no probes were asked for. */
  result(plan: ProbePlan | null, steady: TimeRange | null): ProbesResult | null {
    if (plan === null) return null;
    const figures = steady === null || this.#client === null ? null : this.figures(steady);
    const timed = (latencies: Latencies | undefined, note: string | null = null) =>
      distribution(latencies, "probes", note);
    const counted = (latencies: Latencies | undefined, note: string) => distribution(latencies, "libwebrtc", note);
    const within = steady === null ? [] : this.#visits.filter(({ dueAtMs }) => inside(dueAtMs, steady));
    const skipped = sum(within, (one) => one.skipped);
    return {
      client: this.#client,
      rooms: plan.rooms,
      perRoom: plan.perRoom,
      intervalMs: plan.intervalMs,
      reason: this.problem ?? (steady === null ? "there was no steady window" : null),
      distrust: steady === null ? null : this.distrust(steady),
      machine: steady === null ? null : machineFigures(this.#machine, steady),
      visits: share(within.length, within.length + skipped, "probes"),
      joined: figures?.joined ?? null,
      join: timed(figures?.join, "until signalling and media transport are connected"),
      subscribe: timed(figures?.subscribe),
      firstFrame: timed(
        figures?.firstFrame,
        "from the wish to subscribe to the first decoded picture of the publisher probe",
      ),
      latency: timed(figures?.latency, "both ends by one clock; pictures of 320 × 180, ten each second"),
      unreadablePictures:
        steady === null
          ? null
          : sum(
              this.#unreadable.filter(({ atMs }) => inside(atMs, steady)),
              ({ count }) => count,
            ),
      dataRoundTrip: timed(figures?.dataRoundTrip),
      rtt: counted(figures?.rtt, "STUN checks, about one in 2.5 s; resolution 1 ms"),
      jitter: counted(figures?.jitter, "RFC 3550, per track and second"),
      audioLoss: figures?.audioLoss ?? null,
      videoLoss: figures?.videoLoss ?? null,
      frozen: figures?.frozen ?? null,
      freezes:
        steady === null || figures?.frozen === null || figures === null
          ? null
          : sum(
              this.#listening.within(steady).flatMap(({ tracks }) => tracks),
              ({ freezes }) => freezes,
            ),
      concealed: figures?.concealed ?? null,
      lostConnections: this.#lost,
      reconnections: this.#reconnections,
      crashes: this.#crashes,
      errors: this.#errors.list(),
      byRoom: plan.rooms.map((room) => {
        const here = steady === null || this.#client === null ? undefined : this.figures(steady, room);
        return { room, join: timed(here?.join), latency: timed(here?.latency), joined: here?.joined ?? null };
      }),
    };
  }
}

function distribution(
  latencies: Latencies | undefined,
  source: Distribution["source"],
  note: string | null,
): Distribution | null {
  if (latencies === undefined || latencies.values.length + latencies.censored === 0) return null;
  return distributionOf(latencies.values, { source, unit: "ms", censored: latencies.censored, note });
}

const measured = (values: number[]): Latencies => ({ values, censored: 0, censoredAtLeastMs: null });
const inside = (atMs: number, range: TimeRange): boolean => atMs >= range.fromMs && atMs < range.toMs;

function watchedMs({ tracks, fromMs, toMs }: Interval): number {
  return tracks.filter(({ media }) => media === "video").length * (toMs - fromMs);
}

/** A late packet makes libwebrtc take back a loss: only the sum says what is lost. */
function lossOf(tracks: readonly { received: number; lost: number }[]): Share | null {
  const lost = Math.max(
    0,
    sum(tracks, (one) => one.lost),
  );
  return share(lost, lost + sum(tracks, ({ received }) => received), "libwebrtc");
}

function share(part: number, whole: number, source: Share["source"]): Share | null {
  return whole <= 0 ? null : { part, whole, value: part / whole, source };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
