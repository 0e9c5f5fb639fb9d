/** The clients of the probes, where the configuration asks for any. */
import type { Config } from "../config/schema.ts";
import { checkProbeClient, probeClientRemedy } from "../observe/probes/check-client.ts";
import { probeClient } from "../observe/probes/orders.ts";
import { ok, problem, type Check, type CheckOutcome } from "./check.ts";

export function probeChecks({ probes }: Config): Check[] {
  if (probes.perRoom === 0) return [];
  return [{ group: "This machine", name: "probes", run: loads }];
}

async function loads(signal: AbortSignal): Promise<CheckOutcome> {
  const trouble = await checkProbeClient(signal);
  return trouble === null ? ok(`${probeClient} loads`) : problem(trouble, probeClientRemedy);
}
