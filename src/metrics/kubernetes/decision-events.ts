import type { KubernetesResult } from "./result.ts";

/** What HPAs decided, as marks on the run's charts. */
export function decisionEvents(kubernetes: KubernetesResult | null): { atMs: number; text: string; host: null }[] {
  return (kubernetes?.hpas ?? []).flatMap(({ name, decisions }) =>
    decisions.map(({ atMs, from, to }) => ({
      atMs,
      text: from === null ? `${name} scales to ${to} pods` : `${name} scales from ${from} to ${to} pods`,
      host: null,
    })),
  );
}
