/**
 * Removes a run from a cloud, whatever state its terraform was left in. Terraform's destroy returns 0 and leaves, or
 * hangs for ten minutes on, what an interrupted apply made and did not note: so such things go first, by REST, and what
 * is left after it as well. Only the cloud's own lists tell whether anything is left.
 */
import { setTimeout as delay } from "node:timers/promises";
import { destroyLimitMs } from "./destroy-limit.ts";
import type { Found, Memory, Selection } from "./inventory.ts";
import type { Cloud } from "./rest/cloud.ts";
import { keyOf, sweep, type SweepEvent, type SweepResult } from "./sweep.ts";
import { kindOf, stateIds } from "./terraform/state.ts";
import type { Terraform } from "./terraform/terraform.ts";

export type RemoveRunOptions = {
  cloud: Cloud;
  selection: Selection;
  /** Of a list that was taken before. */
  memory?: Memory;
  /** Null: the run's folder is gone, or never had a stack. */
  terraform: Terraform | null;
  parallelism: number;
  signal: AbortSignal;
  /** Of one `terraform destroy`. Default: by the number of VMs that its state knows. */
  destroyMs?: number;
  /** Of each sweep. Default 5 min. */
  sweepMs?: number;
  /** Between two looks for what terraform's destroy waits for in vain. Default 20 s. */
  besideMs?: number;
  onEvent?: (event: SweepEvent | { type: "destroy-failed"; attempt: number; reason: string }) => void;
};

/** What terraform's destroy waits for in vain. */
const blocking = ["server", "port", "router interface"] as const;
/** Terraform may have been killed a moment ago. */
const settleMs = 5000;
const attempts = 3;
const pauseMs = 5000;

/** @returns what terraform did not delete: found, deleted, and left. `left` empty: nothing of the run is there. */
export async function removeRun(options: RemoveRunOptions): Promise<SweepResult & { destroyed: number }> {
  const { cloud, selection, terraform, signal, onEvent = () => undefined } = options;
  const sweeping = {
    signal,
    timeoutMs: options.sweepMs ?? 300_000,
    onEvent,
    ...(options.memory && { memory: options.memory }),
  };
  const known = terraform === null ? [] : await terraform.stateInstances();
  const orphans: SweepResult[] = [];
  if (terraform !== null && known.length > 0) {
    const unknown = { ...sweeping, except: stateIds(known), kinds: blocking };
    orphans.push(await sweep(cloud, selection, unknown));
    const vms = known.filter(({ type }) => kindOf(type) === "server").length;
    const isOver = new AbortController();
    const beside = sweepBeside(
      async () => void orphans.push(await sweep(cloud, selection, { ...unknown, timeoutMs: 0 })),
      options.besideMs ?? 20_000,
      isOver.signal,
    );
    try {
      await destroyState(terraform, { destroyMs: destroyLimitMs(vms, options.parallelism), ...options });
    } finally {
      isOver.abort();
      await beside;
    }
  }
  const rest = await sweep(cloud, selection, { ...sweeping, settleMs });
  const destroyed = terraform === null ? 0 : known.length - (await terraform.stateCount());
  return {
    found: distinct([...orphans, rest].flatMap(({ found }) => found)),
    deleted: distinct([...orphans, rest].flatMap(({ deleted }) => deleted)),
    left: rest.left,
    destroyed,
  };
}

/**
 * While terraform deletes: a cloud goes on with what it has accepted from an apply that was killed. A router's interface
 * that comes into being after the first sweep makes terraform try to delete its subnet for ten minutes, and in vain.
 */
async function sweepBeside(once: () => Promise<void>, everyMs: number, isOver: AbortSignal): Promise<void> {
  while (!isOver.aborted) {
    const isDue = await delay(everyMs, true, { signal: isOver }).catch(() => false);
    // A list that can't be had now is asked for again; the sweep after the destroy is the one that must not fail.
    if (isDue) await once().catch(() => undefined);
  }
}

/** What was refused at first is found by several sweeps. */
function distinct(found: readonly Found[]): Found[] {
  return [...new Map(found.map((one) => [keyOf(one), one])).values()];
}

/** A server in BUILD or ERROR can fail the first destroy, and a cloud may be out of breath: tried again. */
async function destroyState(terraform: Terraform, options: RemoveRunOptions & { destroyMs: number }): Promise<void> {
  const { signal, parallelism, destroyMs, onEvent = () => undefined } = options;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await terraform.destroy({ signal, parallelism, timeoutMs: destroyMs });
      return;
    } catch (error) {
      signal.throwIfAborted();
      onEvent({ type: "destroy-failed", attempt, reason: error instanceof Error ? error.message : String(error) });
    }
    if (attempt < attempts) await delay(attempt * pauseMs, undefined, { signal });
  }
}
