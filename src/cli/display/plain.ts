import type { LiveLoad, RunEvent } from "../../run/events.ts";
import type { System } from "../system.ts";
import type { Display } from "./display.ts";
import { clockText, fleetOf, megabits, percent, phaseTitle, took } from "./words.ts";

/** Often enough to see that it lives, seldom enough for a CI log. */
const loadLineIntervalMs = 10_000;

/** Plain lines with the time of day, for logs. */
export class PlainDisplay implements Display {
  readonly #system: System;
  #lastLoadLineMs = Number.NEGATIVE_INFINITY;
  #loadOver = false;

  constructor(system: System) {
    this.#system = system;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case "run-started":
        this.#line(`run ${event.runId}: ${event.plan.totals.product}`);
        break;
      case "phase-started":
        this.#line(`${phaseTitle(event.phase)} …`);
        break;
      case "phase-ended": {
        // What failed is told in full at the end; each host's reason stands above already.
        const detail = event.detail === null ? "" : `: ${event.detail.replace(/:?\n[^]*$/, "")}`;
        this.#line(`${phaseTitle(event.phase)} ${event.outcome} in ${took(event.durationMs)}${detail}`);
        break;
      }
      case "note":
        this.#line(`  ${event.text}`);
        break;
      case "host":
        if (event.status !== "started") this.#line(`  ${event.host} ${event.status}: ${event.detail}`);
        break;
      case "load":
        this.#load(event.live);
        break;
      case "warning":
        this.#line(`warning: ${event.host === null ? "" : `${event.host}: `}${event.text}`);
        break;
      case "verdict":
      case "teardown":
      case "run-ended":
        break;
    }
  }

  close(): void {}

  #load(live: LiveLoad): void {
    const now = this.#system.now();
    const over = live.hosts.every((host) => host.state === "done");
    if (this.#loadOver || (!over && now - this.#lastLoadLineMs < loadLineIntervalMs)) return;
    this.#lastLoadLineMs = now;
    this.#loadOver = over;
    const all = fleetOf(live);
    const lost = live.hosts.filter((host) => host.state === "lost").map((host) => host.host);
    const server = live.serverParticipants === null ? "" : `, server sees ${live.serverParticipants}`;
    this.#line(
      `  ${clockText(live)}: joined ${all.joined}/${all.intended}${server}, tracks ${all.tracks}/${all.expectedTracks}, ` +
        `in ${megabits(all.rxBps)} out ${megabits(all.txBps)} Mbit/s, max core ${percent(all.maxCorePercent)}, errors ${all.errors}` +
        (lost.length === 0 ? "" : `, no connection to ${lost.join(", ")}`),
    );
  }

  #line(text: string): void {
    this.#system.stderr.write(`${new Date(this.#system.now()).toISOString().slice(11, 19)} ${text}\n`);
  }
}
