import type { RunEvent } from "../../run/events.ts";
import { wantsColor } from "../color.ts";
import type { System } from "../system.ts";

/** Shows a run while it goes. All of it goes to standard error; only `--json` is a product, on standard output. */
export interface Display {
  show(event: RunEvent): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** A table that is redrawn in place needs a terminal; a CI log wants lines. */
export async function displayFor(system: System, json: boolean): Promise<Display> {
  if (json) return new (await import("./json.ts")).JsonDisplay(system);
  const { CI, TERM } = system.env;
  const live = system.stderr.isTTY && TERM !== "dumb" && (CI === undefined || CI === "" || CI === "false");
  if (live) return new (await import("./live.ts")).LiveDisplay(system, wantsColor(system.stderr, system));
  return new (await import("./plain.ts")).PlainDisplay(system);
}
