import type { Config } from "./schema.ts";

/** Whether a run watches a cluster. */
export function watchesKubernetes({ kubernetes }: Config): boolean {
  // The configuration of a run made before there was this part has none.
  const { enabled, kubeconfig, context } = (kubernetes as Config["kubernetes"] | undefined) ?? {};
  return enabled ?? (kubeconfig !== undefined || context !== undefined);
}

/** Whether each server pod's own metrics are read through the API server. */
export function watchesPods(config: Config): boolean {
  const { enabled } = (config.kubernetes as Partial<Config["kubernetes"]> | undefined)?.podMetrics ?? {};
  return watchesKubernetes(config) && (enabled ?? config.livekit.metrics.length === 0);
}
