/** From the lines of `observe/kubernetes.ndjson` to what the result says about the cluster. */
import type { TimeRange } from "../window.ts";
import { Components } from "./components.ts";
import { Coverages } from "./coverage.ts";
import { decisionsOf } from "./decisions.ts";
import { eventsOf } from "./events.ts";
import { HpaHistory } from "./hpas.ts";
import type { AccessLine, EventLine, KubernetesLine, Snapshot } from "./lines.ts";
import { Nodes } from "./nodes.ts";
import { Pods } from "./pods.ts";
import type { HpaResult, KubernetesResult } from "./result.ts";
import { kubernetesSeries, type KubernetesSeries } from "./series.ts";
import { Usage } from "./usage.ts";

/** Where polls are late or the clocks of cluster and controller differ. */
const marginMs = 30_000;
const assumedIntervalMs = 10_000;

export type KubernetesTimes = {
  steady: TimeRange | null;
  load: TimeRange;
  /** When the load was changed, ascending. */
  loadStepsMs: readonly number[];
  /**
   * By pod: rooms by the servers' own gauges, participants by those of the run's rooms that lived there. Left out: not
   * known.
   */
  spread?: { rooms: ReadonlyMap<string, number>; participants: ReadonlyMap<string, number> };
};

export class KubernetesAnalysis {
  #access: AccessLine | null = null;
  #lines = 0;
  readonly #coverage = new Coverages();
  readonly #hpas = new Map<string, HpaHistory>();
  readonly #components = new Components();
  readonly #pods = new Pods();
  readonly #nodes = new Nodes();
  readonly #podUsage = new Usage();
  readonly #nodeUsage = new Usage();
  readonly #events: EventLine[] = [];
  readonly #polls: { atMs: number; ready: Snapshot["deployments"]["items"] }[] = [];

  /** One line, in the file's order. */
  add(line: KubernetesLine): void {
    this.#lines += 1;
    switch (line.kind) {
      case "access":
        this.#access = line;
        break;
      case "event":
        this.#events.push(line);
        break;
      case "watch":
        this.#coverage.watch(line);
        break;
      case "snapshot":
        this.#snapshot(line);
        break;
    }
  }

  /** Null: no cluster was watched. */
  result({ steady, load, loadStepsMs, spread }: KubernetesTimes): KubernetesResult | null {
    if (this.#lines === 0) return null;
    const access = this.#access;
    const range = steady ?? load;
    const during = { fromMs: load.fromMs - marginMs, toMs: load.toMs + marginMs };
    const noPodUsage = this.#coverage.neverAnswered("podMetrics");
    const noNodeUsage = this.#coverage.neverAnswered("nodeMetrics");
    return {
      context: access?.context ?? null,
      server: access?.server ?? null,
      namespace: access?.namespace ?? "",
      version: access?.kubernetesVersion ?? null,
      problems: access?.problems ?? [],
      window: { fromMs: range.fromMs, toMs: range.toMs, kind: steady === null ? "load" : "steady" },
      coverage: this.#coverage.result(load, this.#intervalMs),
      hpas: [...this.#hpas.values()].flatMap((history) => this.#hpa(history, range, loadStepsMs)),
      components: this.#components.result({
        pods: this.#pods,
        usage: this.#podUsage,
        range,
        noUsage: noPodUsage,
        rooms: spread?.rooms ?? new Map(),
        participants: spread?.participants ?? new Map(),
      }),
      pods: this.#pods.result(this.#coverage.neverAnswered("pods")),
      nodes: this.#nodes.result(this.#nodeUsage, range, noNodeUsage),
      events: eventsOf(this.#events, during),
      notMeasured: ["CPU throttling: metrics.k8s.io does not have it"],
    };
  }

  /** For the charts. */
  series(): KubernetesSeries {
    return kubernetesSeries({
      hpas: this.#hpas,
      polls: this.#polls,
      components: this.#components,
      nodeUsage: this.#nodeUsage,
      nodes: this.#nodes,
    });
  }

  get #intervalMs(): number {
    return this.#access?.intervalMs ?? assumedIntervalMs;
  }

  #snapshot(snapshot: Snapshot): void {
    const { polledAtMs, hpas, deployments, pods, podMetrics, nodes, nodeMetrics } = snapshot;
    this.#coverage.snapshot(snapshot, this.#intervalMs);
    for (const hpa of hpas.items ?? []) {
      let history = this.#hpas.get(hpa.name);
      if (history === undefined) this.#hpas.set(hpa.name, (history = new HpaHistory()));
      history.add(polledAtMs, hpa);
    }
    const fresh = new Set<string>();
    for (const sample of podMetrics.items ?? []) if (this.#podUsage.add(sample)) fresh.add(sample.name);
    for (const sample of nodeMetrics.items ?? []) this.#nodeUsage.add(sample);
    if (pods.items !== null) this.#pods.poll(polledAtMs, pods.items);
    if (nodes.items !== null) this.#nodes.poll(polledAtMs, nodes.items);
    this.#components.poll({
      polledAtMs,
      deployments: deployments.items,
      pods: pods.items,
      usage: podMetrics.items === null ? null : new Map(podMetrics.items.map((sample) => [sample.name, sample])),
      fresh,
    });
    this.#polls.push({ atMs: polledAtMs, ready: deployments.items });
  }

  #hpa(history: HpaHistory, range: TimeRange, loadStepsMs: readonly number[]): HpaResult[] {
    const { last } = history;
    if (last === undefined) return [];
    const replicas = history.replicas();
    const { name, component, target, min, max } = last;
    const events = this.#events.filter(
      ({ object }) => object.kind === "HorizontalPodAutoscaler" && object.name === name,
    );
    const firstMs = history.polls[0]!.atMs;
    // Of an HPA that scaled before the run, that is none of the run's decisions.
    const during = events.filter(({ lastAtMs }) => lastAtMs !== null && lastAtMs >= firstMs - 1000);
    return [
      {
        source: "hpa status",
        name,
        component,
        target,
        min,
        max,
        metrics: history.metrics(range),
        replicas,
        headroom: replicas.most === null ? null : Math.max(0, max - replicas.most),
        decisions: decisionsOf({ polls: history.polls, events: during, pods: this.#pods, loadStepsMs }),
        conditions: history.conditions(),
      },
    ];
  }
}
