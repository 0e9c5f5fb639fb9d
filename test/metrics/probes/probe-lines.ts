/** Lines of probes for tests: a room under load, with what the test wants to differ. */
import type { ProbeLine, ProbeLineOf, ProbeNote } from "../../../src/metrics/probes/lines.ts";
import type { ProbePlan } from "../../../src/plan/plan.ts";

export const room = "room-1";
export const probePlan: ProbePlan = {
  rooms: [room],
  perRoom: 1,
  intervalMs: 1000,
  identityPrefix: "k3f9-probe",
  visits: 100,
};
/** The steady window of these tests. */
export const steady = { fromMs: 1_000_000, toMs: 1_100_000 };

export const stamped = (atMs: number, note: ProbeNote): ProbeLine => ({
  schema: "lkload/probes",
  version: 1,
  atMs,
  ...note,
});

export const hello = stamped(steady.fromMs - 5000, {
  kind: "hello",
  client: "@livekit/rtc-node@1.1.0",
  node: "v24",
  cores: 2,
});

export function visit(startedAtMs: number, join: number | string, subscribe: number | string = 200): ProbeLine {
  const step = (at: number, outcome: number | string) => ({
    startedAtMs: at,
    ms: typeof outcome === "number" ? outcome : null,
    error: typeof outcome === "string" ? outcome : null,
  });
  const joined = typeof join === "number";
  const endMs = startedAtMs + (joined ? join : 10_000) + (typeof subscribe === "number" ? subscribe : 10_000);
  return stamped(joined ? endMs : startedAtMs + 10_000, {
    kind: "visit",
    room,
    probe: "k3f9-probe_visitor_1",
    dueAtMs: startedAtMs,
    skipped: 0,
    join: step(startedAtMs, join),
    tracks: joined
      ? [{ media: "audio", of: "load", subscribe: step(startedAtMs + join, subscribe), firstFrame: null }]
      : [],
  });
}

/** One second of the probes' machine, as busy as told. */
export function machine(fromMs: number, cores: number[], longestDelayMs = 2): ProbeLine {
  return stamped(fromMs + 1000, { kind: "machine", fromMs, cores, ownCpuPercent: 20, longestDelayMs });
}

/** A quiet machine over the whole steady window. */
export const quiet = Array.from({ length: 100 }, (_, i) => machine(steady.fromMs + i * 1000, [10, 20]));

type Inbound = ProbeLineOf<"listen">["inbound"][number];

export function inbound(changed: Partial<Inbound>): Inbound {
  return {
    of: "load",
    media: "video",
    ssrc: 1,
    packetsReceived: 0,
    packetsLost: 0,
    retransmittedPacketsReceived: 0,
    jitterMs: 3,
    framesDecoded: 0,
    framesDropped: 0,
    freezeCount: 0,
    freezesMs: 0,
    samplesReceived: 0,
    concealedSamples: 0,
    silentConcealedSamples: 0,
    ...changed,
  };
}

export function listen(atMs: number, changed: Partial<ProbeLineOf<"listen">>): ProbeLine {
  return stamped(atMs, {
    kind: "listen",
    room,
    probe: "k3f9-probe_listener_1",
    connection: 1,
    latencyMs: [],
    unreadable: 0,
    roundTrips: null,
    inbound: [],
    ...changed,
  });
}
