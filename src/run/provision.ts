import type { FleetContext, Provisioned } from "../fleet/fleet.ts";
import type { RunContext } from "./context.ts";
import type { PhaseName } from "./events.ts";
import { writeJson } from "./store.ts";

/** Makes or finds the hosts; `hosts.json` is enough to reach them again. */
export async function provision(context: RunContext): Promise<Provisioned> {
  const { fleet, folder, signal } = context;
  const provisioned = await fleet.provision(fleetContext(context, "provision", signal));
  const { hosts, failed, boots } = provisioned;
  writeJson(folder.hosts, { schema: "lkload/hosts", version: 1, hosts });
  if (failed.length + boots.length > 0) {
    writeJson(folder.provisioned, { schema: "lkload/provisioned", version: 1, boots, failed });
  }
  signal.throwIfAborted();
  return provisioned;
}

/** What a fleet gets to see of the run. */
export function fleetContext(
  { folder, journal, emit }: Pick<RunContext, "folder" | "journal" | "emit">,
  phase: PhaseName,
  signal: AbortSignal,
): FleetContext {
  return {
    runDir: folder.dir,
    signal,
    journal: journal.forFleet(),
    tell: (news) => {
      if (news.type === "host") emit({ phase, ...news });
      else if (news.type === "note") emit({ phase, ...news });
      else emit({ ...news, host: null });
    },
  };
}
