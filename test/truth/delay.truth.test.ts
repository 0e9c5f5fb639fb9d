/** A delay that is known, and the report that must say it: the probes, lk and lkload itself are behind the wire. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { distributionOf } from "../../src/metrics/distribution.ts";
import { resultSchema, type ProbesResult } from "../../src/metrics/result.ts";
import { ensureLk } from "../lab/binaries.ts";
import { startLivekitServer } from "../lab/livekit-server.ts";
import { lkload } from "../lab/lkload.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { startWire } from "../lab/wire.ts";
import { trustedRun } from "./trusted-run.ts";
import { recordTruth } from "./truth-table.ts";

/**
 * Round trips that each of them takes. A picture goes up one half and down the other; an echo goes to the other client
 * and back.
 */
const roundTrips = { rtt: 1, latency: 1, dataRoundTrip: 2 } as const;
/**
 * A join takes at least five, as its packets show it, and one more in most joins of rooms with tracks:
 * 1. the TCP handshake;
 * 2. the WebSocket's upgrade, whose answer brings the join response and the server's session description;
 * 3. the client's ICE check;
 * 4. its reply to the server's own check, upon which the server begins the DTLS handshake;
 * 5. the DTLS 1.2 handshake, from the client's first flight to its last (RFC 6347, 4.2.4, without a cookie).
 */
const joinRoundTrips = { least: 5, most: 6 };
type What = keyof typeof roundTrips | "join";
/** How far off a median may be, ms: where a join is held against whole round trips, in each of them. */
const allowed = 15;
/**
 * How far a join may be off the time of its packets, ms: before the first of them is the client's own work, which is
 * the longer the busier this machine is (seen: 25 to 50 ms).
 */
const allowedOfPackets = 30;

type Seen = Record<What, number> & {
  joinOnTheWire: number;
  joins: number;
  /** Why the report itself says that the probes' figures cannot be trusted; null when they can. */
  distrust: string | null;
  about: string;
};

/**
 * Round trip of the shortest wire, ms. With none at all a join takes as long as the client's own work, which otherwise
 * is done while it waits.
 */
const nearMs = 50;

const trustedRunOver = (roundTripMs: number) =>
  trustedRun(
    () => runOver(roundTripMs),
    (seen) => seen,
  );

/** Medians of a whole run over a wire whose round trip takes so long: what the probes report, and what passed. */
async function runOver(roundTripMs: number): Promise<Seen> {
  await using wire = await startWire(roundTripMs / 2);
  await using server = await startLivekitServer({ bindAddress: wire.here });
  await using dir = await tempDir("delay");
  const config = {
    livekit: { cli: { source: "path", path: await ensureLk() } },
    load: { participants: 3, publishers: 1, videoPublishers: 0, duration: "30s", numPerSecond: 10 },
    probes: { perRoom: 1, interval: "2s" },
  };
  writeFileSync(join(dir.path, "lkload.yaml"), stringify(config));
  const { stdout, stderr } = await lkload(["run", "--local"], {
    cwd: dir.path,
    env: server.env,
    namespace: wire.namespace,
  });
  const [file] = globSync(join(dir.path, ".lkload/runs/*/result.json"));
  if (file === undefined) throw new Error(stderr);
  const { probes, phases } = resultSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  if (!probes || !phases.steady) throw new Error(`no probes, or no steady window:\n${stdout}`);
  const onTheWire = wire.joinsBetween(phases.steady.fromMs, phases.steady.toMs);
  return {
    ...medians(probes),
    joinOnTheWire: distributionOf(onTheWire, { source: "probes", unit: "ms" }).p50 ?? Number.NaN,
    joins: onTheWire.length,
    distrust: probes.distrust,
    about: `${roundTripMs} ms: ${JSON.stringify({ ...medians(probes), onTheWire, distrust: probes.distrust, machine: probes.machine })}`,
  };
}

function medians({ rtt, latency, dataRoundTrip, join }: ProbesResult): Record<What, number> {
  const of = (distribution: ProbesResult["join"]) => distribution?.p50 ?? Number.NaN;
  return { rtt: of(rtt), latency: of(latency), dataRoundTrip: of(dataRoundTrip), join: of(join) };
}

test("100 ms more of round trip: what the probes report moves by just that much", { timeout: 600_000 }, async () => {
  const [near, half, whole] = [
    await trustedRunOver(nearMs),
    await trustedRunOver(nearMs + 50),
    await trustedRunOver(nearMs + 100),
  ];
  const moved = (what: What | "joinOnTheWire", to = whole) => to[what] - near[what];
  // By the packets, and the same for half of the delay and for all of it.
  const trips = Math.round(moved("joinOnTheWire") / 100);
  const by = (what: What | "joinOnTheWire") => `${moved(what).toFixed(1)} ms`;
  recordTruth({
    fault: "delay of the network, 50 ms each way",
    injected: `100 ms more per round trip, ${nearMs} ms before (a wire in user space); the packets of a join took ${by("joinOnTheWire")} longer (median of ${near.joins} and ${whole.joins}; k = ${trips} round trips); an echo takes ${roundTrips.dataRoundTrip}`,
    reported: `longer by (medians): RTT ${by("rtt")}, end-to-end latency ${by("latency")}, data round trip ${by("dataRoundTrip")}, join ${by("join")}`,
    allowed: `± ${allowed} ms; join: ± ${allowedOfPackets} ms of its packets' time, ± ${allowed} ms of each of the k round trips`,
  });
  const about = [near, half, whole].map((run) => run.about).join("\n");
  for (const what of ["rtt", "latency", "dataRoundTrip"] as const) {
    expect(Math.abs(moved(what) - roundTrips[what] * 100), `${what}\n${about}`).toBeLessThan(allowed);
    expect(Math.abs(moved(what, half) - roundTrips[what] * 50), `${what}\n${about}`).toBeLessThan(allowed);
  }
  expect(trips, about).toBeGreaterThanOrEqual(joinRoundTrips.least);
  expect(trips, about).toBeLessThanOrEqual(joinRoundTrips.most);
  for (const [run, delayMs] of [
    [half, 50],
    [whole, 100],
  ] as const) {
    expect(run.joins, about).toBeGreaterThanOrEqual(10);
    expect(Math.abs(moved("join", run) - moved("joinOnTheWire", run)), about).toBeLessThan(allowedOfPackets);
    expect(Math.abs(moved("join", run) - trips * delayMs), about).toBeLessThan(trips * allowed);
  }
});
