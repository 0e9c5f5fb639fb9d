/** Which host of which run a playbook works for: what every one of lkload's own playbooks is told. */
import type { Variables } from "./script.ts";

export type HostScope = {
  runId: string;
  /** The host's name in the plan. */
  host: string;
  signal: AbortSignal;
  /** lkload's folder on the host; default `/var/tmp/lkload-<uid>`. Absolute. */
  base?: string;
};

export function scopeVariables({ runId, host, base }: HostScope): Variables {
  return { LKLOAD_RUN: runId, LKLOAD_HOST: host, ...(base === undefined ? {} : { LKLOAD_BASE: base }) };
}
