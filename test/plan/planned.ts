/** Plans for tests: a configuration as a user would write it, a number of hosts, counts. */
import { configSchema, type ConfigInput } from "../../src/config/schema.ts";
import { buildPlan, type PlanInput } from "../../src/plan/build-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";

export const runId = "20261122-194812-k3f9";

export const url = "wss://livekit.example.com";

export type Asked = {
  load?: ConfigInput["load"];
  config?: ConfigInput;
  hosts?: number;
  cores?: number;
  counts?: Partial<PlanInput["counts"]>;
  runId?: string;
};

/** Counts that fit together: what is not given follows from publishers (all with audio) and subscribers. */
export function counts(given: Partial<PlanInput["counts"]> = {}): PlanInput["counts"] {
  const publishers = given.publishers ?? 10;
  const subscribers = given.subscribers ?? 90;
  return {
    participants: publishers + subscribers,
    publishers,
    videoPublishers: Math.floor(publishers / 2),
    audioPublishers: publishers,
    subscribers,
    ...given,
  };
}

export function planInput(asked: Asked = {}): PlanInput {
  const config = configSchema.parse({
    livekit: { url, metrics: ["http://127.0.0.1:6789/metrics"] },
    load: asked.load,
    ...asked.config,
  });
  const hosts = Array.from({ length: asked.hosts ?? 1 }, (_, i) => ({
    name: `vm-${i + 1}`,
    address: `ubuntu@10.0.0.${i + 1}:22`,
    cores: asked.cores,
  }));
  return { config, hosts, runId: asked.runId ?? runId, counts: counts(asked.counts) };
}

export function planned(asked: Asked = {}): Plan {
  return buildPlan(planInput(asked));
}
