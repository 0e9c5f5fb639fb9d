import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { Target } from "../observe/target.ts";
import type { Plan } from "../plan/plan.ts";
import type { Emit } from "./events.ts";
import type { RunFolder } from "./folder.ts";
import type { HostPool } from "./host-pool.ts";
import type { Journal } from "./journal.ts";

/** What every phase of one run works with. */
export type RunContext = {
  readonly config: Config;
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly fleet: Fleet;
  readonly pool: HostPool;
  readonly target: Target;
  readonly emit: Emit;
  readonly log: Logger;
  /** Epoch ms. */
  readonly now: () => number;
  /** Ends the work: the first interrupt. Cleaning up does not listen to it. */
  readonly signal: AbortSignal;
  /** Ends the cleaning up as well: the second interrupt. */
  readonly forced: AbortSignal;
};
