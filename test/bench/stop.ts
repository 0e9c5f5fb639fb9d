/** From Ctrl-C to the moment when the last lk process of many hosts is gone. */
import { existsSync } from "node:fs";
import { startLoadedFleet } from "./loaded-fleet.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { median } from "./statistics.ts";

const hosts = 50;

export const stop: Measurement = {
  name: "stop",
  tools: ["ip", "nft", "sshd", "setpriv"],
  async run(context: BenchContext): Promise<Row[]> {
    await using fleet = await startLoadedFleet(hosts, context);
    context.progress.say("stop: waiting until every participant has joined");
    await fleet.until(/ s\d+ Finished connecting/, hosts, fleet.armed.startAtMs + 120_000);

    const interruptedAtMs = Date.now();
    fleet.interrupt();
    await fleet.ended;
    const events = await fleet.events();
    const exits = events.flatMap(({ atMs, event }) => (event.event === "exited" ? [atMs - interruptedAtMs] : []));
    const killed = events.filter(({ event }) => event.event === "killed").length;
    const alive = events.filter(({ event }) => event.event === "started" && existsSync(`/proc/${event.pid}`)).length;
    if (exits.length !== hosts || alive > 0) {
      throw new Error(`${exits.length} of ${hosts} processes were seen to end, ${alive} still run`);
    }
    return [
      {
        name: `Ctrl-C to the last lk gone, ${hosts} hosts`,
        unit: "s",
        measured: Math.max(...exits) / 1000,
        peer: null,
        target: { kind: "at-most", value: 3 },
        note: `by each supervisor's stamp of the exit; median of the hosts ${(median(exits) / 1000).toFixed(2)} s; ${killed} had to be killed`,
      },
    ];
  },
};
