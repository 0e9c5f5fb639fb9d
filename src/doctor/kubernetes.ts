/** The cluster that LiveKit runs in, where the configuration names one: access and rights. */
import type { Config } from "../config/schema.ts";
import { checkAccess } from "../observe/kubernetes/access.ts";
import { kubernetesIntervalMs } from "../observe/kubernetes/observe-kubernetes.ts";
import { watchesKubernetes, watchesPods } from "../config/watches-kubernetes.ts";
import { notApplicable, ok, problem, type Check, type CheckOutcome } from "./check.ts";

const group = "Kubernetes";

export function kubernetesChecks({ config, now }: { config: Config; now: () => number }): Check[] {
  if (!watchesKubernetes(config)) {
    return [{ group, name: "cluster", run: async () => notApplicable("no cluster is configured") }];
  }
  return [{ group, name: "cluster", run: (signal) => cluster(config, now, signal) }];
}

async function cluster(config: Config, now: () => number, signal: AbortSignal): Promise<CheckOutcome> {
  const { selectors, required: _, ...access } = config.kubernetes;
  const pods = watchesPods(config) ? { metrics: config.kubernetes.podMetrics, onScrapes: () => undefined } : undefined;
  const line = await checkAccess({ access, selectors, pods, intervalMs: kubernetesIntervalMs, now, signal });
  const where = `namespace ${line.namespace} of ${line.server ?? line.context ?? "the cluster"}`;
  if (line.problems.length === 0) {
    return ok(`${line.kubernetesVersion ?? "of unknown version"}: all that a run reads is allowed in ${where}`);
  }
  const texts = line.problems.map(({ text }) => text).join("; ");
  const hints = [...new Set(line.problems.map(({ hint }) => hint))].join("; ");
  return problem(`${where}: ${texts}`, hints);
}
