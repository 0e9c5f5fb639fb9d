/** What goes wrong in a real cluster is seen, named and timed; what could not be seen is a gap, and nothing else. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { doctorSchema } from "../../../src/doctor/document.ts";
import { checkAccess } from "../../../src/observe/kubernetes/access.ts";
import type { KubernetesAccess } from "../../../src/observe/kubernetes/connection.ts";
import { defaultSelectors } from "../../../src/observe/kubernetes/snapshot.ts";
import { until } from "../../lab/kubernetes/api.ts";
import { startKubernetes, type Kubernetes } from "../../lab/kubernetes/kubernetes.ts";
import {
  addNodes,
  deployLivekit,
  isReady,
  namespace,
  serverPods,
  setUsage,
  untilServersReady,
} from "../../lab/kubernetes/livekit-cluster.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { clusterOf, PodAccount } from "./in-pod.ts";
import { intervalMs, observeDuring } from "./observe-during.ts";

/** How long what fails is away. */
const outageMs = 60_000;

const resources = new AsyncDisposableStack();
let cluster: Kubernetes;
let poller: KubernetesAccess;

beforeAll(async () => {
  cluster = resources.use(await startKubernetes());
  await addNodes(cluster, 17);
  await deployLivekit(cluster);
  await setUsage(cluster, 500);
  await untilServersReady(cluster, 10);
  poller = { kubeconfig: await cluster.kubeconfigFor(namespace, "lkload") };
  await until("metrics of pods", async () => (await metricsOf("pods")) >= 10, { seconds: 180 });
}, 600_000);

afterAll(() => resources.disposeAsync(), 120_000);

async function metricsOf(kind: "pods" | "nodes"): Promise<number> {
  const path = kind === "pods" ? `namespaces/${namespace}/pods` : "nodes";
  return (await cluster.api.get<{ items: unknown[] }>(`/apis/metrics.k8s.io/v1beta1/${path}`)).items.length;
}

function check(access: KubernetesAccess) {
  const signal = new AbortController().signal;
  return checkAccess({ access, selectors: defaultSelectors, intervalMs: 10_000, now: () => Date.now(), signal });
}

describe("access", () => {
  test("with all rights there is nothing to tell", async () => {
    expect(await check(poller)).toMatchObject({
      context: "lab",
      namespace,
      kubernetesVersion: "v1.36.3",
      metricsVersion: "v1beta1",
      problems: [],
    });
  });

  test("missing rights are named, each with its rule", async () => {
    const { problems } = await check({ kubeconfig: await cluster.kubeconfigFor(namespace, "blind") });
    expect(problems.map(({ text }) => text)).toEqual([
      "not allowed to list nodes in the cluster",
      "not allowed to list nodes.metrics.k8s.io in the cluster",
      "not allowed to list events in namespace default",
      "not allowed to watch events in namespace default",
    ]);
    expect(problems[1]!.hint).toContain('{apiGroups: ["metrics.k8s.io"], resources: [nodes], verbs: [list]}');
  });

  test("a refused token, an unknown context, a wrong namespace and a silent server are told apart", async () => {
    await using dir = await tempDir("kubeconfig");
    const admin = await cluster.kubectl("config", "view", "--raw", "--minify");
    const file = join(dir.path, "config");
    await writeFile(file, admin.replace(/client-certificate-data: .*\n\s*client-key-data: .*/, "token: expired"));
    expect((await check({ kubeconfig: file })).problems[0]).toMatchObject({ kind: "credentials" });
    expect((await check({ ...poller, context: "production" })).problems[0]).toMatchObject({ kind: "context" });
    const elsewhere = await check({ kubeconfig: cluster.kubeconfig, namespace: "default" });
    expect(elsewhere.problems).toEqual([expect.objectContaining({ kind: "selector" })]);
    await writeFile(file, admin.replace(/server: .*/, "server: https://127.0.0.1:1"));
    expect((await check({ kubeconfig: file })).problems[0]).toMatchObject({ kind: "unreachable" });
  });
});

test("inside the cluster, the pod's own account is enough: lkload doctor finds it", async () => {
  await using dir = await tempDir("in-cluster");
  const { users } = parse(await readFile(poller.kubeconfig!, "utf8")) as { users: { user: { token: string } }[] };
  const at = await clusterOf(cluster);
  const account = await PodAccount.create(join(dir.path, "account"), at, users[0]!.user.token);
  await writeFile(join(dir.path, "lkload.yaml"), stringify({ kubernetes: { enabled: true, namespace } }));
  // The pod proxy lives in this process: it must not wait for the command.
  const child = account.spawn(
    [join(import.meta.dirname, "../../../src/main.ts"), "doctor", "--local", "--json"],
    dir.path,
  );
  const { checks } = doctorSchema.parse(JSON.parse(await text(child.stdout!)));
  const { seen } = checks.find(({ group }) => group === "Kubernetes")!;
  // Nothing answers at the fake pods' metrics ports; everything else is as it should be.
  expect(seen).toMatch(new RegExp(`^namespace ${namespace} of ${at.server}: 10 of 10 server pods give no metrics`));
});

test("rights that are missing or taken away are gaps, and nodes are not said to be well", async () => {
  const blind = { kubeconfig: await cluster.kubeconfigFor(namespace, "blind") };
  const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings/blind`;
  const binding = await cluster.api.get<object>(role);
  const { result } = await observeDuring(blind, async ({ untilSeen }) => {
    await untilSeen("pods", ({ pods }) => pods.items !== null);
    await cluster.api.delete(role);
    await untilSeen("no right to pods", ({ pods }) => pods.error?.status === 403);
    const { metadata: _, ...rest } = binding as { metadata: unknown };
    await cluster.api.post(role.replace(/\/blind$/, ""), { ...rest, metadata: { name: "blind" } });
    await untilSeen("pods again", ({ pods }) => pods.items !== null);
  });
  expect(result.nodes).toMatchObject({ seen: null, troubles: [], cpu: { maxPercent: null } });
  expect(result.nodes.cpu.reason).toMatch(/HTTP 403: nodes.metrics.k8s.io is forbidden/);
  const gap = result.coverage.gaps.find(({ part }) => part === "pods")!;
  expect(gap.reason).toMatch(/HTTP 403: pods is forbidden/);
  expect(gap.toMs).toBeGreaterThan(gap.fromMs);
  expect(result.pods).toMatchObject({ restarts: 0, ends: [] });
}, 600_000);

test("metrics-server stopped: a gap in the metrics alone, no 0, and the HPA's own word for it", async () => {
  const { lines, result } = await observeDuring(poller, async ({ untilSeen }) => {
    await untilSeen("metrics", ({ podMetrics }) => (podMetrics.items?.length ?? 0) >= 10);
    await cluster.stop("metrics-server");
    const back = delay(outageMs);
    await untilSeen(
      "no metrics",
      ({ podMetrics, nodeMetrics }) => podMetrics.error !== null && nodeMetrics.error !== null,
    );
    await untilSeen(
      "the HPA without a figure",
      ({ hpas }) => hpas.items?.some(({ metrics }) => metrics[0]?.current === null) ?? false,
      120,
    );
    expect((await check(poller)).problems).toEqual([expect.objectContaining({ kind: "metrics" })]);
    await back;
    await cluster.start("metrics-server");
    await untilSeen("metrics again", ({ podMetrics }) => (podMetrics.items?.length ?? 0) >= 10, 180);
    await untilSeen(
      "the HPA with a figure",
      ({ hpas }) => hpas.items?.every(({ metrics }) => metrics[0]?.current !== null) ?? false,
      180,
    );
  });
  const parts = new Set(result.coverage.gaps.map(({ part }) => part));
  expect([...parts].sort()).toEqual(["nodeMetrics", "podMetrics"]);
  expect(result.coverage.gaps.find(({ part }) => part === "podMetrics")!.reason).toMatch(/^HTTP 503: /);
  const usages = lines.flatMap((line) => (line.kind === "snapshot" ? (line.podMetrics.items ?? []) : []));
  expect(usages.filter(({ cpuCores, memoryBytes }) => cpuCores === 0 || memoryBytes === 0)).toEqual([]);
  const server = result.hpas.find(({ component }) => component === "server")!;
  expect(server.conditions).toContainEqual(
    expect.objectContaining({ type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric" }),
  );
  // The pause is not averaged in as idleness.
  expect(Math.abs(server.metrics[0]!.mean! - 25)).toBeLessThanOrEqual(1);
}, 900_000);

test("API server stopped: a gap of everything, events resume, nothing is said to have died", async () => {
  const { lines, result } = await observeDuring(poller, async ({ untilSeen, untilLogged }) => {
    await untilSeen("pods", ({ pods }) => pods.items !== null);
    await cluster.stop("kube-apiserver");
    const back = delay(outageMs);
    await untilSeen("no answer", ({ pods, hpas }) => pods.error !== null && hpas.error !== null);
    await back;
    await cluster.start("kube-apiserver");
    await untilSeen(
      "all again",
      ({ pods, hpas, nodes, deployments }) => [pods, hpas, nodes, deployments].every(({ items }) => items !== null),
      180,
    );
    await until(
      "the API server knows its rights",
      async () => (await check(poller)).problems.every(({ kind }) => kind === "metrics"),
      { seconds: 120 },
    );
    // Something that makes an event, to see that they are received again. (Nodes whose heartbeats could not be told for
    // that long may have become Unknown meanwhile, and kwok makes no pod Ready again.)
    const [victim] = await serverPods(cluster);
    const deletedAtMs = Date.now() - 1000;
    await cluster.api.delete(`/api/v1/namespaces/${namespace}/pods/${victim!.metadata.name}`);
    await untilSeen(
      "the deleted pod gone",
      ({ pods }) => pods.items?.every(({ uid }) => uid !== victim!.metadata.uid) ?? false,
      120,
    );
    await untilLogged(
      "the event of the pod that replaces it",
      (line) => line.kind === "event" && line.reason === "SuccessfulCreate" && (line.lastAtMs ?? 0) >= deletedAtMs,
      // Controllers look for the lost API server again only up to a minute apart.
      180,
    );
  });
  expect(result.coverage.gaps.map(({ part }) => part)).toEqual(
    expect.arrayContaining(["pods", "hpas", "nodes", "events"]),
  );
  const gaps = result.coverage.gaps.filter(({ part }) => part === "pods");
  for (const { toMs } of gaps) expect(toMs).not.toBeNull();
  expect(Math.max(...gaps.map(({ fromMs, toMs }) => toMs! - fromMs))).toBeGreaterThan(outageMs - intervalMs);
  // Half of what would have been asked was not answered, and is not said to have been.
  const { polls, answers } = result.coverage;
  expect(answers!.part / answers!.whole).toBeLessThan(polls!.value - 0.2);
  expect(result.pods).toMatchObject({ restarts: 0, oomKills: 0, ends: [] });
  const watched = lines.flatMap((line) => (line.kind === "watch" && line.namespace === namespace ? [line.state] : []));
  expect(watched[0]).toBe("listening");
  expect(watched).toContain("lost");
  expect(watched.at(-1)).toBe("listening");
  const lostAt = lines.findIndex((line) => line.kind === "watch" && line.state === "lost");
  expect(lines.slice(lostAt).some((line) => line.kind === "event" && line.reason === "SuccessfulCreate")).toBe(true);
}, 900_000);

/** After the API server was away, its clients look for it again up to a minute apart. */
async function untilSettled(): Promise<void> {
  await until(
    "all nodes are Ready, all servers have a node and have begun",
    async () => {
      const { items } = await cluster.api.get<{ items: { status: Parameters<typeof isReady>[0] }[] }>("/api/v1/nodes");
      const servers = await serverPods(cluster);
      return (
        items.every(({ status }) => isReady(status)) &&
        servers.length === 10 &&
        servers.every(({ spec, status }) => spec.nodeName && status.containerStatuses?.[0]?.state.running)
      );
    },
    { seconds: 240 },
  );
}

test("a pod killed for its memory, one that finds no node, nodes that are not Ready", async () => {
  await untilSettled();
  const [victim] = await serverPods(cluster);
  const path = `/api/v1/namespaces/${namespace}/pods/${victim!.metadata.name}`;
  const node = victim!.spec.nodeName!;
  const sick = (await serverPods(cluster)).find(({ spec }) => spec.nodeName !== node)!.spec.nodeName!;
  const annotate = (name: string, annotations: Record<string, "yes" | null>) =>
    cluster.api.merge(`/api/v1/nodes/${name}`, { metadata: { annotations } });
  const hpaPath = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/livekit-livekit-server`;
  const second = () => new Date().toISOString().replace(/\.\d+/, "");
  let killedAt = "";
  const { result } = await observeDuring(poller, async ({ untilSeen }) => {
    await untilSeen("pods", ({ pods }) => pods.items !== null);
    const [status] = victim!.status.containerStatuses!;
    killedAt = second();
    const terminated = {
      exitCode: 137,
      reason: "OOMKilled",
      startedAt: status!.state.running!.startedAt,
      finishedAt: killedAt,
    };
    await cluster.api.merge(`${path}/status`, {
      status: { containerStatuses: [{ ...status, ready: false, started: false, state: { terminated } }] },
    });
    await untilSeen(
      "restarted",
      ({ pods }) => pods.items?.some(({ containers }) => containers[0]?.restarts === 1) ?? false,
    );

    // 17 nodes, one server on each: the eighteenth has nowhere to go.
    await cluster.api.merge(hpaPath, { spec: { minReplicas: 18, maxReplicas: 18 } });
    await untilSeen(
      "a pod without a node",
      ({ pods }) => pods.items?.some(({ waiting }) => waiting?.startsWith("Unschedulable") ?? false) ?? false,
      180,
    );

    await annotate(sick, { "lab/down": "yes" });
    await annotate(node, { "lab/lost": "yes" });
    await untilSeen("a sick node", ({ nodes }) => nodes.items?.some(({ ready }) => ready === "False") ?? false, 60);
    await annotate(sick, { "lab/down": null });
    await untilSeen(
      "a silent node",
      ({ nodes }) => nodes.items?.some(({ ready }) => ready === "Unknown") ?? false,
      180,
    );
    await annotate(node, { "lab/lost": null });
    await untilSeen("all nodes well", ({ nodes }) => nodes.items?.every(({ ready }) => ready === "True") ?? false, 120);
    await cluster.api.merge(hpaPath, { spec: { minReplicas: 10, maxReplicas: 17 } });
  });
  expect(result.pods).toMatchObject({ oomKills: 1, restarts: 1 });
  expect(result.pods.ends).toEqual([
    expect.objectContaining({
      pod: victim!.metadata.name,
      node,
      reason: "OOMKilled",
      exitCode: 137,
      atMs: Date.parse(killedAt),
    }),
  ]);
  expect(result.pods.pending.some(({ reason }) => reason?.startsWith("Unschedulable: 0/17 nodes are available"))).toBe(
    true,
  );
  expect(result.events).toContainEqual(expect.objectContaining({ type: "Warning", reason: "FailedScheduling" }));
  const times = { fromMs: expect.any(Number), toMs: expect.any(Number) };
  expect(result.nodes.troubles).toEqual([
    { node: sick, what: "NotReady: KubeletNotReady", ...times },
    { node, what: "NotReady (no word from it): NodeStatusUnknown", ...times },
  ]);
  // Told in another namespace than LiveKit's.
  expect(result.events).toContainEqual(expect.objectContaining({ reason: "NodeNotReady", object: `Node ${node}` }));
}, 900_000);
