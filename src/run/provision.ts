import type { FleetHost } from "../fleet/hosts-file.ts";
import type { RunContext } from "./context.ts";
import { writeJson } from "./store.ts";

/** Makes or finds the hosts; `hosts.json` is enough to reach them again. */
export async function provision(context: RunContext): Promise<FleetHost[]> {
  const { fleet, folder, signal } = context;
  const hosts = await fleet.provision({ runDir: folder.dir, signal });
  writeJson(folder.hosts, { schema: "lkload/hosts", version: 1, hosts });
  signal.throwIfAborted();
  return hosts;
}
