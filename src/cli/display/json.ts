import type { RunEvent } from "../../run/events.ts";
import type { System } from "../system.ts";
import type { Display } from "./display.ts";

/** One event per line on standard output, each with its time: for programs. */
export class JsonDisplay implements Display {
  readonly #system: System;

  constructor(system: System) {
    this.#system = system;
  }

  show(event: RunEvent): void {
    this.#system.stdout.write(`${JSON.stringify({ atMs: this.#system.now(), ...event })}\n`);
  }

  close(): void {}
}
