/** How long each VM that was made for the run took. Pure. */
import type { HostResult, Result } from "../metrics/result.ts";
import { byName } from "./host-outliers.ts";
import { formatMs } from "./quantity.ts";

export const bootHeads = ["Host", "VM", "Made in", "Boot to SSH", "Boot to ready"] as const;

export type BootRow = { host: string; vm: string; times: readonly (string | null)[] };

/** In the order of the hosts' names; empty where the hosts were there already. Null: not reached. */
export function bootRows({ hosts }: Pick<Result, "hosts">): BootRow[] {
  return hosts
    .filter((host): host is HostResult & { boot: NonNullable<HostResult["boot"]> } => host.boot !== undefined)
    .toSorted((a, b) => byName(a.name, b.name))
    .map(({ name, boot }) => ({
      host: name,
      vm: boot.vm,
      times: [boot.createMs, boot.sshMs, boot.readyMs].map((ms) => (ms === null ? null : formatMs(ms))),
    }));
}
