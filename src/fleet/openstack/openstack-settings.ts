import type { Config, OpenstackConfig } from "../../config/schema.ts";
import type { OpenstackPlan } from "../../plan/plan.ts";
import type { RunMarks } from "./marks.ts";
import type { Session } from "./rest/clouds-file.ts";

/** What a fleet of VMs is made from, and found again from. */
export type OpenstackSettings = {
  openstack: OpenstackConfig;
  ssh: Config["ssh"];
  session: Session;
  plan: OpenstackPlan;
  /** The run's folder. */
  runDir: string;
  /** First part of all names. */
  prefix: string;
  runId: string;
  /** At least so many VMs must be usable. */
  minHosts: number;
  /** From being asked for to powering off, in ms. */
  expiresAfterMs: number;
  /** Who to ask about the VMs: `user@machine`. */
  owner: string;
  /** Epoch ms. */
  now: () => number;
};

export function marksOf({ prefix, runId, now, expiresAfterMs, owner }: OpenstackSettings): RunMarks {
  const createdAtMs = now();
  return { prefix, runId, createdAtMs, expiresAtMs: createdAtMs + expiresAfterMs, owner };
}
