/** Tokens that are replaced while the cluster is watched, and then refused by the real API server. */
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubernetesLine, Snapshot } from "../../../src/metrics/kubernetes/lines.ts";
import { until } from "../../lab/kubernetes/api.ts";
import { writeKubeconfig } from "../../lab/kubernetes/kubeconfig.ts";
import { startKubernetes, type Kubernetes } from "../../lab/kubernetes/kubernetes.ts";
import { namespace } from "../../lab/kubernetes/livekit-cluster.ts";
import { growStillCluster, prepareStillCluster } from "../../lab/kubernetes/still-cluster.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { clusterOf, PodAccount } from "./in-pod.ts";
import { linesOf, observeDuring } from "./observe-during.ts";

/** Each poll has nine tenths of it to be answered, on a machine that runs two more clusters. */
const intervalMs = 3000;
/** Polls that begin after the old token was refused. */
const pollsAfter = 3;
const pods = 5;

const resources = new AsyncDisposableStack();
let cluster: Kubernetes;

beforeAll(async () => {
  cluster = resources.use(await startKubernetes({ isStill: true }));
  await prepareStillCluster(cluster);
  await growStillCluster(cluster, { nodes: 0, pods: 0 }, { nodes: 3, pods });
}, 300_000);
afterAll(() => resources.disposeAsync(), 60_000);

type Token = {
  text: string;
  /** The API server remembers for some seconds whom it has let in: waits until it refuses the token. */
  revoke: () => Promise<void>;
};

let secrets = 0;
/** Of the account `lkload`, and bound to a secret: without that the token is void. */
async function newToken(): Promise<Token> {
  const name = `bound-${++secrets}`;
  const path = `/api/v1/namespaces/${namespace}`;
  await cluster.api.post(`${path}/secrets`, { metadata: { name } });
  const spec = { boundObjectRef: { kind: "Secret", apiVersion: "v1", name } };
  const made = await cluster.api.post<{ status: { token: string } }>(`${path}/serviceaccounts/lkload/token`, { spec });
  const text = made.status.token;
  const isLetIn = async () => {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: text } };
    const path = "/apis/authentication.k8s.io/v1/tokenreviews";
    return (
      (await cluster.api.post<{ status: { authenticated?: boolean } }>(path, review)).status.authenticated === true
    );
  };
  expect(await isLetIn()).toBe(true);
  return {
    text,
    revoke: async () => {
      await cluster.api.delete(`${path}/secrets/${name}`);
      await until("the token is refused", async () => !(await isLetIn()), { seconds: 60 });
    },
  };
}

const snapshotsOf = (lines: readonly KubernetesLine[]): Snapshot[] =>
  lines.filter((line): line is Snapshot => line.kind === "snapshot");

/** Everything was answered each time: before the token was replaced, while it was, and after the old one was refused. */
function expectNoGap(lines: readonly KubernetesLine[], refusedAtMs: number): void {
  const snapshots = snapshotsOf(lines);
  for (const { pods: seen, nodes, deployments, hpas, podMetrics, nodeMetrics } of snapshots) {
    for (const { error } of [seen, nodes, deployments, hpas, podMetrics, nodeMetrics]) expect(error).toBeNull();
    expect(seen.items).toHaveLength(pods);
  }
  expect(snapshots.filter(({ polledAtMs }) => polledAtMs < refusedAtMs).length).toBeGreaterThanOrEqual(2);
  expect(snapshots.filter(({ polledAtMs }) => polledAtMs >= refusedAtMs).length).toBeGreaterThanOrEqual(pollsAfter);
}

test("in the cluster: the account's token file is replaced, the old token refused, and the polls go on", async () => {
  await using dir = await tempDir("tokens");
  const [first, second] = [await newToken(), await newToken()];
  const account = await PodAccount.create(join(dir.path, "account"), await clusterOf(cluster), first.text);
  const log = join(dir.path, "kubernetes.ndjson");
  const child = account.spawn([join(import.meta.dirname, "observe-process.ts"), log, String(intervalMs)], dir.path);
  const closed = once(child, "close");
  const polls = async (fromMs: number, count: number) =>
    until(
      `${count} polls`,
      async () => {
        if (child.exitCode !== null) throw new Error("the watching process ended");
        return snapshotsOf(await linesOf(log)).filter(({ polledAtMs }) => polledAtMs >= fromMs).length >= count;
      },
      { seconds: 120 },
    );
  let refusedAtMs: number;
  try {
    await polls(0, 2);
    await account.replaceToken(second.text);
    await first.revoke();
    refusedAtMs = Date.now();
    await polls(refusedAtMs, pollsAfter);
  } finally {
    child.stdin?.end();
    await closed;
  }
  expect(child.exitCode).toBe(0);
  expectNoGap(await linesOf(log), refusedAtMs);
}, 300_000);

test("a kubeconfig whose token is replaced: the same", async () => {
  await using dir = await tempDir("tokens");
  const [first, second] = [await newToken(), await newToken()];
  const kubeconfig = join(dir.path, "config");
  const login = async ({ text }: Token) =>
    writeKubeconfig(kubeconfig, { cluster: await clusterOf(cluster), user: { token: text }, namespace });
  await login(first);
  let refusedAtMs = 0;
  const { lines, result } = await observeDuring(
    { kubeconfig },
    async ({ snapshots, untilSeen }) => {
      await untilSeen("two polls", () => snapshots.length >= 2);
      await login(second);
      await first.revoke();
      refusedAtMs = Date.now();
      await untilSeen("more polls", ({ polledAtMs }) => polledAtMs >= refusedAtMs + pollsAfter * intervalMs);
    },
    intervalMs,
  );
  expectNoGap(lines, refusedAtMs);
  expect(result.coverage.gaps).toEqual([]);
}, 300_000);

test("a token that is refused and not replaced is a gap with its reason", async () => {
  await using dir = await tempDir("tokens");
  const token = await newToken();
  const kubeconfig = join(dir.path, "config");
  await writeKubeconfig(kubeconfig, { cluster: await clusterOf(cluster), user: { token: token.text }, namespace });
  const { result } = await observeDuring(
    { kubeconfig },
    async ({ untilSeen }) => {
      await untilSeen("pods", ({ pods: seen }) => seen.items !== null);
      await token.revoke();
      await untilSeen("refused", ({ pods: seen }) => seen.error?.status === 401);
    },
    intervalMs,
  );
  expect(result.coverage.gaps.find(({ part }) => part === "pods")?.reason).toMatch(/^HTTP 401: Unauthorized/);
}, 300_000);
