/** Nodes: how full they got, and what was wrong with them. */
import type { TimeRange } from "../window.ts";
import type { NodeSample } from "./lines.ts";
import type { KubernetesResult } from "./result.ts";
import type { Usage } from "./usage.ts";

type Trouble = KubernetesResult["nodes"]["troubles"][number];
type NodeUse = KubernetesResult["nodes"]["cpu"];

export class Nodes {
  readonly #nodes = new Map<string, NodeSample>();
  readonly #open = new Map<string, Trouble>();
  readonly #troubles: Trouble[] = [];
  #polls = 0;

  poll(polledAtMs: number, nodes: readonly NodeSample[]): void {
    const isFirst = this.#polls === 0;
    this.#polls += 1;
    const now = new Set<string>();
    for (const node of nodes) {
      this.#nodes.set(node.name, node);
      if (node.ready !== "True") {
        const what = node.ready === "False" ? "NotReady" : "NotReady (no word from it)";
        const why = node.readyReason === null ? "" : `: ${node.readyReason}`;
        this.#trouble(now, node.name, `${what}${why}`, isFirst ? polledAtMs : (node.readySinceMs ?? polledAtMs));
      }
      for (const pressure of node.pressures) this.#trouble(now, node.name, pressure, polledAtMs);
    }
    for (const [key, trouble] of this.#open) {
      if (now.has(key)) continue;
      trouble.toMs = polledAtMs;
      this.#open.delete(key);
    }
  }

  result(usage: Usage, range: TimeRange, noUsage: string | null): KubernetesResult["nodes"] {
    return {
      source: "kubernetes api",
      seen: this.#polls === 0 ? null : this.#nodes.size,
      cpu: this.#use(usage, "cpuCores", range, noUsage),
      memory: this.#use(usage, "memoryBytes", range, noUsage),
      troubles: this.#troubles.toSorted((a, b) => a.fromMs - b.fromMs),
    };
  }

  /** What a node can give to pods; null when it is not known. */
  allocatable(name: string, field: "cpuCores" | "memoryBytes"): number | null {
    return this.#nodes.get(name)?.allocatable[field] ?? null;
  }

  #trouble(now: Set<string>, node: string, what: string, fromMs: number): void {
    const key = `${node} ${what}`;
    now.add(key);
    if (this.#open.has(key)) return;
    const trouble: Trouble = { node, what, fromMs, toMs: null };
    this.#open.set(key, trouble);
    this.#troubles.push(trouble);
  }

  #use(usage: Usage, field: "cpuCores" | "memoryBytes", range: TimeRange, noUsage: string | null): NodeUse {
    const bounds = usage.names.flatMap((name) => {
      const allocatable = this.allocatable(name, field);
      return allocatable === null ? [] : [[name, allocatable] as const];
    });
    const { n, best } = usage.fullest(bounds, field, range);
    const source = "metrics-server";
    if (best === undefined) {
      const reason = noUsage ?? "no sample in the window";
      return { source, maxPercent: null, node: null, atMs: null, headroom: null, n, reason };
    }
    const { maxPercent, name: node, atMs, used, bound } = best;
    return { source, maxPercent, node, atMs, headroom: bound - used, n, reason: null };
  }
}
