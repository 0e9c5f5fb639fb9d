import type { Config } from "../../config/schema.ts";

/** Whether a run watches a cluster. */
export function watchesKubernetes({ kubernetes }: Config): boolean {
  // The configuration of a run made before there was this part has none.
  const { enabled, kubeconfig, context } = (kubernetes as Config["kubernetes"] | undefined) ?? {};
  return enabled ?? (kubeconfig !== undefined || context !== undefined);
}
