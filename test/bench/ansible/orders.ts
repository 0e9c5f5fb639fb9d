/** What both sides are told: the same hosts, the same binary, the same start. */
import { configSchema, type Config, type ConfigInput } from "../../../src/config/schema.ts";
import { resolveInventory } from "../../../src/config/inventory.ts";
import { resolveCounts } from "../../../src/config/load-counts.ts";
import { buildPlan } from "../../../src/plan/build-plan.ts";
import type { Plan } from "../../../src/plan/plan.ts";

/** As the child process that is lkload's side gets it, in a file. */
export type Orders = {
  config: ConfigInput;
  runId: string;
  startAtMs: number;
  deadlineMs: number;
  deadManMs: number;
  secrets: { LIVEKIT_URL: string; LIVEKIT_API_KEY: string; LIVEKIT_API_SECRET: string };
  /** lkload's cache on the controller. */
  cacheDir: string;
};

export type Resolved = { config: Config; inventory: ReturnType<typeof resolveInventory>; plan: Plan };

export function resolved(orders: Orders): Resolved {
  const config = configSchema.parse(orders.config);
  const inventory = resolveInventory(config);
  const counts = resolveCounts(config.load);
  return { config, inventory, plan: buildPlan({ config, hosts: inventory, runId: orders.runId, counts }) };
}
