/**
 * The whole way with a cluster: `lkload run --local` against real LiveKit servers behind the API server's pod proxy, as
 * the README describes it, with the rights that it gives.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { resultSchema } from "../../src/metrics/result.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { until } from "../lab/kubernetes/api.ts";
import { startKubernetes, type Kubernetes } from "../lab/kubernetes/kubernetes.ts";
import {
  addNodes,
  deployLivekit,
  namespace,
  serverPods,
  setUsage,
  untilServersReady,
} from "../lab/kubernetes/livekit-cluster.ts";
import { startLivekitNodes, type LivekitNodes } from "../lab/kubernetes/livekit-nodes.ts";
import { Lkload, lkload, runFolderIn } from "../lab/lkload.ts";
import { tempDir } from "../lab/temp-dir.ts";

const resources = new AsyncDisposableStack();
let cluster: Kubernetes;
let livekit: LivekitNodes;
let lk: string;
let kubeconfig: string;

/** Pods with a real server; the others' metrics ports are closed. */
const realServers = 2;
/** What each server pod uses, in thousandths of a core. */
const serverMillicores = 500;

beforeAll(async () => {
  lk = await ensureLk();
  cluster = resources.use(await startKubernetes());
  await addNodes(cluster, 4, "10.245.0");
  await deployLivekit(cluster, { servers: 4, cpuLimit: "2500m" });
  await setUsage(cluster, serverMillicores);
  await untilServersReady(cluster, 4);
  await until(
    "usage of four nodes",
    async () => (await cluster.api.get<{ items: unknown[] }>("/apis/metrics.k8s.io/v1beta1/nodes")).items.length === 4,
    { seconds: 180 },
  );
  livekit = resources.use(await startLivekitNodes((await serverPods(cluster)).slice(0, realServers)));
  kubeconfig = await cluster.kubeconfigFor(namespace, "lkload");
}, 600_000);

afterAll(() => resources.disposeAsync(), 120_000);

/** A folder with the configuration of a small run that watches the cluster. */
async function configured(options: { duration: string; required?: boolean }) {
  const folder = await tempDir("run-kubernetes");
  const { duration, required = false } = options;
  const load = { participants: 8, publishers: 4, videoPublishers: 4, rooms: 4, videoResolution: "low", duration };
  const cli = { version: lkVersion, source: "path", path: lk };
  // Two of the pods have no server: a run that requires everything would refuse to start.
  const config = { livekit: { cli }, load, kubernetes: { kubeconfig, required, podMetrics: { enabled: !required } } };
  writeFileSync(join(folder.path, "lkload.yaml"), stringify(config));
  return folder;
}

const resultIn = (dir: string) => resultSchema.parse(JSON.parse(readFileSync(join(dir, "result.json"), "utf8")));

test(
  "a run shows the cluster, each server by its pod, and which pod each room lived on",
  { timeout: 400_000 },
  async () => {
    const { env } = livekit.servers[0]!.server;
    await using folder = await configured({ duration: "35s" });
    const cwd = folder.path;
    const run = await lkload(["run", "--local"], { cwd, env });
    // This machine may be too busy to be trusted: the verdict is not what is tested.
    expect([0, 3, 4], run.stderr).toContain(run.exitCode);
    const dir = runFolderIn(cwd);
    const result = resultIn(dir);

    const keep = process.env["LKLOAD_KEEP_REPORTS"];
    if (keep !== undefined) {
      mkdirSync(keep, { recursive: true });
      for (const name of [
        "report.html",
        "result.json",
        "observe/livekit-metrics.ndjson",
        "observe/room-nodes.ndjson",
      ]) {
        writeFileSync(join(keep, `kubernetes-${name.replace("/", "-")}`), readFileSync(join(dir, name)));
      }
    }

    // The cluster.
    const kubernetes = result.kubernetes!;
    expect(kubernetes).toMatchObject({ namespace, version: "v1.36.3" });
    expect(kubernetes.nodes.seen).toBe(4);
    expect(kubernetes.components.map(({ component }) => component)).toEqual(["server", "ingress", "egress"]);
    expect(new Set(kubernetes.hpas.map(({ component }) => component))).toEqual(
      new Set(["server", "ingress", "egress"]),
    );
    expect(kubernetes.coverage.gaps).toEqual([]);
    expect(result.coverage.kubernetesPolls!.value).toBeGreaterThan(0.9);

    // Of its own limit, not of what it requests or of its node.
    const { cpuOfLimit } = kubernetes.components[0]!;
    expect(cpuOfLimit).toMatchObject({
      limit: 2.5,
      reason: null,
      pod: expect.stringMatching(/^livekit-livekit-server-/),
    });
    expect(Math.abs(cpuOfLimit!.maxPercent! - (100 * serverMillicores) / 2500)).toBeLessThanOrEqual(3);
    expect(kubernetes.components.slice(1).map((component) => component.cpuOfLimit?.maxPercent)).toEqual([null, null]);

    // Each server by its pod: two answer, the others are named as silent.
    const real = livekit.servers.map(({ pod }) => pod).sort();
    const servers = result.servers!;
    expect(servers.via).toBe("pods");
    expect(servers.each).toHaveLength(4);
    const answering = servers.each.filter(({ scrapes }) => scrapes.answered > 0);
    expect(new Set(answering.map(({ pod }) => pod))).toEqual(new Set(real));
    for (const { scrapes, values } of servers.each.filter((one) => !answering.includes(one))) {
      expect(scrapes.lastError).toMatch(/HTTP 50[23]: /);
      expect(values).toEqual({});
    }
    expect(kubernetes.problems).toEqual([
      expect.objectContaining({
        kind: "pod-metrics",
        text: expect.stringMatching(/^2 of 4 server pods give no metrics/),
      }),
    ]);
    // Signalling went through the first one: participants of rooms on the other count on both.
    expect(servers.all.values["participantsPeak"]).toBeGreaterThanOrEqual(8);
    expect(servers.all.values["roomsPeak"]).toBe(4);
    expect(servers.all.values["joinFailures"]).toBe(0);

    // Each room with its pod; rooms and participants by pod add up to what the pods themselves said.
    expect(result.rooms).toHaveLength(4);
    const byPod = new Map<string, number>(real.map((pod) => [pod, 0]));
    for (const { homes } of result.rooms) {
      expect(homes).toHaveLength(1);
      const pod = homes![0]!.server!;
      expect(real).toContain(pod);
      byPod.set(pod, byPod.get(pod)! + 1);
    }
    for (const { pod, values } of answering) expect([pod, values["roomsPeak"]]).toEqual([pod, byPod.get(pod!)]);
    const html = readFileSync(join(dir, "report.html"), "utf8");
    for (const words of ["LiveKit servers", "Lived on", real[0]!]) expect(html).toContain(words);

    if (result.phases.steady === null) {
      // A machine so busy that the tracks did not settle: then nothing is said that needs it.
      expect(result.media).toMatchObject({ loss: null, lossReason: expect.any(String) });
      return;
    }
    const balance = kubernetes.components[0]!.roomBalance!;
    expect(balance).toMatchObject({ source: "server gauges, by pod", pods: 2 });
    expect(balance.max / balance.mean).toBeCloseTo(Math.max(...byPod.values()) / 2, 1);
    expect(kubernetes.components[0]!.participantBalance).toMatchObject({
      source: "server rooms",
      pods: 2,
      mean: 4,
      max: 2 * Math.max(...byPod.values()),
    });

    // The pods' counters, without those that had none of the rooms: judged where RTP could not be read on this machine.
    expect(result.media.loss, `${result.media.lossReason}`).toMatchObject({ source: "server counters, by pod" });
    expect(result.thresholds.find(({ metric }) => metric === "loss")).toMatchObject({
      source: result.media.rtp.reason === null ? "RTP on the hosts" : "server counters, by pod",
      status: "passed",
    });
    expect(result.latency.serverTrackSubscribe).toMatchObject({
      source: "server histogram, by pod",
      interpolated: true,
    });
  },
);

test("a cluster that is required and does not answer in the load: invalid, exit 4", { timeout: 400_000 }, async () => {
  const { env } = livekit.servers[0]!.server;
  await using folder = await configured({ duration: "50s", required: true });
  await using run = new Lkload(["run", "--local"], { cwd: folder.path, env });
  await run.until(/joined 8\/8/);
  await cluster.stop("kube-apiserver");
  try {
    expect(await run.exit(), run.stderr).toBe(4);
  } finally {
    await cluster.start("kube-apiserver");
  }
  const dir = runFolderIn(folder.path);
  const { verdict, kubernetes, totals } = resultIn(dir);
  expect(totals.participants.joined).toBe(8);
  expect(kubernetes!.coverage.answers!.value).toBeLessThan(0.9);
  const { lacking } = kubernetes!.coverage;
  expect(lacking.length).toBeGreaterThan(0);
  expect(verdict.status).toBe("invalid");
  for (const text of lacking) {
    expect(verdict.reasons).toContainEqual({ kind: "coverage", text, host: null });
    expect(run.stdout.replaceAll(/\s+/g, " ")).toContain(text);
  }
});
