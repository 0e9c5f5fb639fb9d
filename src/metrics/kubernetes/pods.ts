/** What became of each pod, from one look at them to the next. */
import type { Component, PodSample } from "./lines.ts";
import type { KubernetesResult } from "./result.ts";

type PodResult = KubernetesResult["pods"];
type PodTime = PodResult["pending"][number];
type PodEnd = PodResult["ends"][number];

type Life = {
  name: string;
  component: Component;
  createdAtMs: number;
  cpuLimit: number | null;
  /** When it first was Ready. */
  readyAtMs: number | null;
  pending: PodTime | null;
  terminating: PodTime | null;
  evicted: boolean;
  restarts: Map<string, number>;
  /** Ends that are known, by container. */
  ended: Map<string, number>;
};

export class Pods {
  readonly #lives = new Map<string, Life>();
  #polls = 0;
  #restarts = 0;
  readonly #pending: PodTime[] = [];
  readonly #terminating: PodTime[] = [];
  readonly #evicted: PodTime[] = [];
  readonly #ends: PodEnd[] = [];

  /** One answered poll. */
  poll(polledAtMs: number, pods: readonly PodSample[]): void {
    const isFirst = this.#polls === 0;
    this.#polls += 1;
    const there = new Set(pods.map(({ uid }) => uid));
    for (const pod of pods) {
      const known = this.#lives.get(pod.uid);
      const life = known ?? newLife(pod, polledAtMs);
      if (known === undefined) this.#lives.set(pod.uid, life);
      life.cpuLimit = pod.limits.cpuCores;
      // What had happened to it before the first look was before the run.
      this.#containers(pod, life, polledAtMs, known === undefined && isFirst);
      if (pod.ready && life.readyAtMs === null) life.readyAtMs = pod.readySinceMs ?? polledAtMs;
      this.#phase(pod, life, polledAtMs);
    }
    for (const [uid, life] of this.#lives) {
      if (there.has(uid)) continue;
      for (const open of [life.pending, life.terminating]) if (open !== null) open.toMs ??= polledAtMs;
      life.pending = null;
      life.terminating = null;
    }
  }

  /** Pods of a component created in [fromMs, toMs), with when each first was Ready. */
  createdIn(component: Component, fromMs: number, toMs: number): { readyAtMs: number | null }[] {
    return [...this.#lives.values()].filter(
      (life) => life.component === component && life.createdAtMs >= fromMs && life.createdAtMs < toMs,
    );
  }

  names(component: Component): string[] {
    return [...this.#lives.values()].filter((life) => life.component === component).map(({ name }) => name);
  }

  /** Cores that each pod of a component may use at most; those that nothing bounds are left out. */
  cpuLimits(component: Component): Map<string, number> {
    const own = [...this.#lives.values()].filter((life) => life.component === component);
    return new Map(own.flatMap(({ name, cpuLimit }) => (cpuLimit === null ? [] : [[name, cpuLimit] as const])));
  }

  /** @param reason why pods were never read, if so */
  result(reason: string | null): PodResult {
    const known = this.#polls > 0;
    return {
      source: "kubernetes api",
      seen: known ? this.#lives.size : null,
      pending: this.#pending,
      terminating: this.#terminating,
      evicted: this.#evicted,
      ends: this.#ends.toSorted((a, b) => a.atMs - b.atMs),
      restarts: known ? this.#restarts : null,
      oomKills: known ? this.#ends.filter(({ reason }) => reason === "OOMKilled").length : null,
      reason: known ? null : (reason ?? "no poll was answered"),
    };
  }

  #containers(pod: PodSample, life: Life, polledAtMs: number, isBaseline: boolean): void {
    for (const { name, restarts, terminated } of pod.containers) {
      const before = life.restarts.get(name) ?? (isBaseline ? restarts : 0);
      life.restarts.set(name, restarts);
      this.#restarts += Math.max(0, restarts - before);
      if (terminated === null) continue;
      const endedAtMs = terminated.finishedAtMs ?? polledAtMs;
      const knownEnd = life.ended.get(name);
      // Without a time of its own an end is only told from the one before it by the restart that followed.
      const isNew =
        knownEnd === undefined || (terminated.finishedAtMs === null ? restarts > before : endedAtMs !== knownEnd);
      if (!isNew) continue;
      life.ended.set(name, endedAtMs);
      if (isBaseline) continue;
      const { component, node } = pod;
      const { reason, exitCode } = terminated;
      this.#ends.push({ pod: pod.name, component, node, container: name, atMs: endedAtMs, reason, exitCode });
    }
  }

  #phase(pod: PodSample, life: Life, polledAtMs: number): void {
    const about = { pod: pod.name, component: pod.component, node: pod.node };
    const isTerminating = pod.deletionAtMs !== null;
    const isPending = pod.phase === "Pending" && !isTerminating;
    if (isPending) {
      if (life.pending === null) {
        life.pending = { ...about, fromMs: life.createdAtMs, toMs: null, reason: null };
        this.#pending.push(life.pending);
      }
      life.pending.reason = pod.waiting ?? life.pending.reason;
    } else if (life.pending !== null) {
      life.pending.toMs = polledAtMs;
      life.pending.node = pod.node;
      life.pending = null;
    }
    if (isTerminating && life.terminating === null) {
      life.terminating = { ...about, fromMs: polledAtMs, toMs: null, reason: null };
      this.#terminating.push(life.terminating);
    }
    if (pod.reason === "Evicted" && !life.evicted) {
      life.evicted = true;
      this.#evicted.push({ ...about, fromMs: polledAtMs, toMs: null, reason: pod.reason });
    }
  }
}

function newLife(pod: PodSample, polledAtMs: number): Life {
  return {
    name: pod.name,
    component: pod.component,
    createdAtMs: pod.createdAtMs ?? polledAtMs,
    cpuLimit: pod.limits.cpuCores,
    readyAtMs: null,
    pending: null,
    terminating: null,
    evicted: false,
    restarts: new Map(),
    ended: new Map(),
  };
}
