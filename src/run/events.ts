/** What a run tells while it goes: the displays and `--json` show these, and `run.log` keeps them. */
import type { Plan } from "../plan/plan.ts";
import type { Teardown } from "../metrics/result.ts";

export const phaseNames = [
  "check",
  "provision",
  "configure",
  "arm",
  "load",
  "collect",
  "analyse",
  "report",
  "destroy",
] as const;
export type PhaseName = (typeof phaseNames)[number];

/** One host while the load runs. Null: not known yet. */
export type LiveHost = {
  host: string;
  intended: number;
  joined: number;
  tracks: number;
  expectedTracks: number;
  rxBps: number | null;
  txBps: number | null;
  /** Highest core of the last second, percent. */
  maxCorePercent: number | null;
  errors: number;
  state: "waiting" | "running" | "done" | "lost";
};

export type LiveLoad = {
  /** Since the common start; negative before it. */
  elapsedMs: number;
  totalMs: number;
  stage: "waiting" | "ramp" | "hold" | "drain";
  hosts: LiveHost[];
  /** What the server itself lists; null until it was asked with success. */
  serverParticipants: number | null;
};

export type RunEvent =
  | { type: "run-started"; runId: string; dir: string; plan: Plan }
  | { type: "phase-started"; phase: PhaseName }
  | { type: "phase-ended"; phase: PhaseName; outcome: "done" | "failed"; durationMs: number; detail: string | null }
  | { type: "host"; phase: PhaseName; host: string; status: "started" | "done" | "failed"; detail: string }
  | { type: "load"; live: LiveLoad }
  /** What a phase that takes its time is waiting for. */
  | { type: "note"; phase: PhaseName; text: string }
  | { type: "warning"; text: string; host: string | null }
  | { type: "verdict"; status: "pass" | "fail" | "invalid"; headline: string; resultFile: string; reportFile: string }
  | { type: "teardown"; teardown: Teardown }
  | { type: "run-ended"; exitCode: number; error: string | null };

export type Emit = (event: RunEvent) => void;
