/** A look at a whole cluster: what it costs against kubectl, how long a large one takes, and how steady the clock is. */
import { join } from "node:path";
import { startKubernetes, type Kubernetes } from "../lab/kubernetes/kubernetes.ts";
import { namespace } from "../lab/kubernetes/livekit-cluster.ts";
import { growStillCluster, prepareStillCluster, type Size } from "../lab/kubernetes/still-cluster.ts";
import { runCommand } from "../lab/run-command.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { statFields } from "./cpu-time.ts";
import type { SnapshotCost } from "./kubernetes/child.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";
import { published } from "./published.ts";
import { median, quantile } from "./statistics.ts";
import { timedChild } from "./timed-child.ts";

const none: Size = { nodes: 0, pods: 0 };
const usual: Size = { nodes: 17, pods: 30 };
const large: Size = { nodes: 1000, pods: 5000 };
const rounds = 8;
const snapshotsEach = 20;
/** As often as a run polls in twenty minutes. */
const ticks = { count: 120, intervalMs: 400 };

const child = join(import.meta.dirname, "kubernetes", "child.ts");

/** What users type to see the same. */
const kubectlCalls = [
  ["top", "pods", "-n", namespace],
  ["get", "hpa", "-n", namespace],
  ["top", "nodes"],
  ["get", "pods", "-n", namespace, "-o", "wide"],
] as const;

export const kubernetes: Measurement = {
  name: "kubernetes",
  tools: ["setpriv"],
  async run({ progress, signal }: BenchContext): Promise<Row[]> {
    await using dir = await tempDir("bench-kubernetes");
    progress.say("kubernetes: compiling lkload as it is published");
    const compiled = await published(dir.path, signal, [child]);
    progress.say("kubernetes: starting etcd and the API server");
    await using cluster = await startKubernetes({ isStill: true, signal });
    await prepareStillCluster(cluster);
    await growStillCluster(cluster, none, usual);
    const kubeconfig = await cluster.kubeconfigFor(namespace, "lkload");
    const run = async <Result>(...args: string[]) => {
      const log = join(dir.path, "observed.ndjson");
      const { stdout } = await timedChild(process.execPath, [compiled(child), kubeconfig, log, ...args], { signal });
      return JSON.parse(stdout) as Result;
    };
    const snapshots = async (count: number, size: Size) => {
      const cost = await run<SnapshotCost>("snapshots", String(count));
      if (cost.pods !== size.pods || cost.nodes !== size.nodes) {
        throw new Error(`a snapshot had ${cost.nodes} nodes and ${cost.pods} pods`);
      }
      return cost;
    };

    progress.say(`kubernetes: snapshots and kubectl by turns, ${rounds} times`);
    const own: number[] = [];
    const kubectl: number[] = [];
    for (let round = 0; round < rounds; round++) {
      own.push((await snapshots(snapshotsEach, usual)).cpuMs);
      kubectl.push(await kubectlCpuMs(cluster));
    }

    progress.say(`kubernetes: ${ticks.count} ticks`);
    const polledMs = await run<number[]>("ticks", String(ticks.count), String(ticks.intervalMs));
    const offMs = jitter(polledMs, ticks.intervalMs);

    progress.say(`kubernetes: growing the cluster to ${large.nodes} nodes and ${large.pods} pods`);
    await growStillCluster(cluster, usual, large);
    const whole = await snapshots(10, large);
    return [
      {
        name: `a look at ${usual.nodes} nodes and ${usual.pods} pods, CPU`,
        unit: "ms",
        measured: median(own),
        peer: { name: "four kubectl calls", value: median(kubectl) },
        target: { kind: "times-faster", value: 10 },
        note: `CPU time of the client alone, medians of ${rounds} rounds by turns; lkload: one snapshot of a run that goes on; kubectl 1.36.3: ${kubectlCalls.map((call) => call.filter((word) => word !== "-n" && word !== namespace).join(" ")).join(", ")}`,
      },
      {
        name: `a look at ${large.nodes.toLocaleString("en-US")} nodes and ${large.pods.toLocaleString("en-US")} pods`,
        unit: "ms",
        measured: median(whole.tookMs),
        peer: null,
        target: { kind: "at-most", value: 1000 },
        note: `median of ${whole.tookMs.length}, slowest ${Math.round(Math.max(...whole.tookMs))} ms, ${Math.round(whole.cpuMs)} ms of CPU time; a real API server and etcd on the same machine`,
      },
      {
        name: "lateness of polls against their clock, p99",
        unit: "ms",
        measured: quantile(offMs, 0.99),
        peer: null,
        target: { kind: "at-most", value: 50 },
        note: `${offMs.length} polls every ${ticks.intervalMs} ms, at most ${Math.max(...offMs)} ms`,
      },
    ];
  },
};

/** Of children that have ended: each call's own, with all its threads. */
async function kubectlCpuMs(cluster: Kubernetes): Promise<number> {
  const ticksPerSecond = Number(await runCommand("getconf", ["CLK_TCK"]));
  const before = await childTicks();
  for (const call of kubectlCalls) await cluster.kubectl(...call);
  return (((await childTicks()) - before) * 1000) / ticksPerSecond;
}

async function childTicks(): Promise<number> {
  return (await statFields(process.pid)).slice(2).reduce((total, ticks) => total + ticks, 0);
}

/** How late each poll began: the clock starts with the first. */
function jitter(polledMs: readonly number[], intervalMs: number): number[] {
  const [first = 0] = polledMs;
  return polledMs.slice(1).map((atMs) => {
    const off = (atMs - first) % intervalMs;
    return Math.min(off, intervalMs - off);
  });
}
