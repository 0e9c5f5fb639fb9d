import type { FleetHost } from "../fleet/hosts-file.ts";
import type { Clock } from "../metrics/raw.ts";
import { measureClock } from "../remote/clock.ts";
import { fanOut } from "../remote/fan-out.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";

/** Few at a time: a busy controller would show up as round-trip time, and so as a wide error bound. */
const concurrency = 16;

export type HostClock = { name: string; clock: Clock | null; error: string | null };

/** Each host's clock against this machine's. A host that does not answer has null and the reason. */
export async function measureClocks(
  context: Pick<RunContext, "pool">,
  hosts: readonly FleetHost[],
  signal: AbortSignal,
): Promise<HostClock[]> {
  const results = await fanOut(hosts, { concurrency, signal }, async (host) =>
    measureClock(await context.pool.get(host, signal), { signal }),
  );
  return results.map((result, index) => ({
    name: hosts[index]?.name ?? "",
    clock: result.status === "fulfilled" ? result.value : null,
    error: result.status === "fulfilled" ? null : errorLine(result.reason, hosts[index]?.name),
  }));
}
