import type { RunEvent } from "../../run/events.ts";
import type { System } from "../system.ts";

/** Shows a run while it goes. All of it goes to standard error; only `--json` is a product, on standard output. */
export interface Display {
  show(event: RunEvent): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** Colour only where a person looks at it and has not asked for none (https://no-color.org). */
export function wantsColor(system: System): boolean {
  const { NO_COLOR, TERM } = system.env;
  return system.stderr.isTTY && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}

/** A table that is redrawn in place needs a terminal; a CI log wants lines. */
export async function displayFor(system: System, json: boolean): Promise<Display> {
  if (json) return new (await import("./json.ts")).JsonDisplay(system);
  const { CI, TERM } = system.env;
  const live = system.stderr.isTTY && TERM !== "dumb" && (CI === undefined || CI === "" || CI === "false");
  if (live) return new (await import("./live.ts")).LiveDisplay(system, wantsColor(system));
  return new (await import("./plain.ts")).PlainDisplay(system);
}
