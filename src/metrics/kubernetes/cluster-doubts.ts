/** What it means for the run that too little of its cluster was seen. */
import type { Plan } from "../../plan/plan.ts";
import type { KubernetesResult } from "./result.ts";

/** Reasons against the measurement where the cluster was required, warnings where it was not. */
export function clusterDoubts(
  { kubernetes: asked }: Pick<Plan, "kubernetes">,
  seen: KubernetesResult | null,
): { reasons: readonly string[]; warnings: readonly string[] } {
  const unseen = asked === null ? [] : ["nothing was seen of the Kubernetes cluster that was to be watched"];
  const lacking = seen === null ? unseen : seen.coverage.lacking;
  return asked?.required === true ? { reasons: lacking, warnings: [] } : { reasons: [], warnings: lacking };
}
