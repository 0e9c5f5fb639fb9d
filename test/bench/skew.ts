/** How far from their common start the processes of many hosts start. */
import { availableParallelism } from "node:os";
import { startLoadedFleet, type LoadedFleet } from "./loaded-fleet.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { startSleeper } from "./sleeper.ts";
import { median, quantile } from "./statistics.ts";

const hosts = 50;
/**
 * Longer than lk takes to start, and never on the full second, when the samplers of all hosts work at the same time:
 * then each start has a core to itself, as on a machine of its own.
 */
const staggerMs = 1000;

export const skew: Measurement = {
  name: "skew",
  tools: ["ip", "nft", "sshd", "setpriv"],
  async run(context: BenchContext): Promise<Row[]> {
    const together = await starts(context, "0s");
    const apart = await starts(context, `${staggerMs}ms`);
    const cores = availableParallelism();
    return [
      row(`start skew, ${hosts} hosts, p99`, together, `all ${hosts} processes on ${cores} cores at once`),
      row(
        `start skew, ${hosts} hosts, p99, ${staggerMs} ms apart`,
        apart,
        `armed for times ${staggerMs} ms apart, each against its own: without the crowd on ${cores} cores`,
      ),
    ];
  },
};

type Starts = { skewsMs: number[]; ownErrorsMs: number[]; clockErrorsMs: number[]; sleeperMs: number[] };

async function starts(context: BenchContext, stagger: string): Promise<Starts> {
  await using fleet = await startLoadedFleet(hosts, context, { stagger });
  const { armed, plan } = fleet;
  context.progress.say(`skew: waiting for the starts (stagger ${stagger})`);
  const lastMs = Math.max(...plan.segments.map(({ startOffsetMs }) => startOffsetMs));
  await using sleeper = startSleeper();
  await fleet.until(/ sup event=started /, hosts, armed.startAtMs + lastMs + 60_000);
  const found = (await fleet.events()).flatMap(({ atMs, event }) => {
    if (event.event !== "started" || event.attempt !== 1) return [];
    // Lab hosts share this machine's clock: the truth can be seen, which no run with real hosts can.
    return [{ skewMs: Math.abs(atMs - armed.startAtMs - offsetOf(fleet, event.segment)), errorMs: event.errorMs }];
  });
  if (found.length !== hosts) throw new Error(`${found.length} of ${hosts} hosts started at the first attempt`);
  return {
    skewsMs: found.map(({ skewMs }) => skewMs),
    ownErrorsMs: found.map(({ errorMs }) => Math.abs(errorMs)),
    clockErrorsMs: armed.hosts.map(({ clock }) => Math.abs(clock?.offsetMs ?? 0)),
    sleeperMs: await sleeper.latenessMs(),
  };
}

function offsetOf(fleet: LoadedFleet, segment: string): number {
  return fleet.plan.segments.find(({ id }) => id === segment)?.startOffsetMs ?? Number.NaN;
}

function row(name: string, { skewsMs, ownErrorsMs, clockErrorsMs, sleeperMs }: Starts, how: string): Row {
  const figure = (values: readonly number[]) =>
    `median ${median(values).toFixed(2)} ms, p99 ${quantile(values, 0.99).toFixed(2)} ms`;
  return {
    name,
    unit: "ms",
    measured: quantile(skewsMs, 0.99),
    peer: null,
    target: { kind: "at-most", value: 5 },
    note: `${how}; by one true clock: ${figure(skewsMs)}; by each host's own clock: ${figure(ownErrorsMs)}; error of the measured clock offsets: ${figure(clockErrorsMs)}; meanwhile a process that only slept woke too late by: ${figure(sleeperMs)}`,
  };
}
