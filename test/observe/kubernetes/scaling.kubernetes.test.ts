/**
 * The real HPA controller on the real metrics-server: load rises, 10 → 14 → 17 pods, and the limit. What lkload says
 * must agree with what was put in and with kubectl.
 */
import { expect, test } from "vitest";
import type { Snapshot } from "../../../src/metrics/kubernetes/lines.ts";
import { until } from "../../lab/kubernetes/api.ts";
import { startKubernetes } from "../../lab/kubernetes/kubernetes.ts";
import {
  addNodes,
  deployLivekit,
  namespace,
  serverHpa,
  serverPods,
  setUsage,
  untilServersReady,
} from "../../lab/kubernetes/livekit-cluster.ts";
import { intervalMs, observeDuring } from "./observe-during.ts";

test("load rises, the HPA scales to its limit, and every figure agrees", { timeout: 900_000 }, async () => {
  await using cluster = await startKubernetes();
  await addNodes(cluster, 17);
  await deployLivekit(cluster);
  await setUsage(cluster, 500);
  await untilServersReady(cluster, 10);
  // The controller cuts off to whole percents what metrics-server measured.
  const hpaCpu = (percent: number) => (snapshot: Snapshot) => {
    const current = snapshot.hpas.items?.find(({ name }) => name === serverHpa)?.metrics[0]?.current ?? null;
    return current !== null && Math.abs(current - percent) <= 1;
  };

  const kubeconfig = await cluster.kubeconfigFor(namespace, "lkload");
  const { lines, result } = await observeDuring({ kubeconfig }, async ({ untilSeen, loadStep }) => {
    await untilSeen("25 % of the requests", hpaCpu(25), 240);
    loadStep();
    await setUsage(cluster, 1400);
    await untilServersReady(cluster, 14, 240);
    await untilSeen("70 % on 14 pods", hpaCpu(70), 240);
    loadStep();
    await setUsage(cluster, 1500);
    await untilServersReady(cluster, 17, 240);
    await untilSeen(
      "75 % on 17 pods, at the limit",
      (snapshot) =>
        hpaCpu(75)(snapshot) &&
        (snapshot.podMetrics.items?.filter(({ name }) => name.startsWith(serverHpa)).length ?? 0) === 17 &&
        (snapshot.hpas.items ?? []).some(({ conditions }) =>
          conditions.some(({ status, reason }) => status === "True" && reason === "TooManyReplicas"),
        ),
      240,
    );
  });

  const hpa = result.hpas.find(({ name }) => name === serverHpa)!;
  expect(new Set(result.hpas.map(({ component }) => component))).toEqual(new Set(["server", "ingress", "egress"]));
  expect(hpa).toMatchObject({ component: "server", min: 10, max: 17, headroom: 0 });
  expect(hpa.replicas).toEqual({ first: 10, least: 10, most: 17, last: 17 });

  // Injected: 500, 1400 and 1500 millicores of 2000 requested.
  expect(hpa.metrics[0]).toMatchObject({ name: "cpu", unit: "%", target: 50 });
  // What metrics-server says between two scrapes is off by as much as one of them took longer to be answered.
  expect(Math.abs(hpa.metrics[0]!.peak! - 75)).toBeLessThanOrEqual(4);
  const server = result.components.find(({ component }) => component === "server")!;
  expect(server.cpu.peak).toBeGreaterThan(72);
  expect(server.cpu.peak).toBeLessThan(79);
  // 512 MiB of 1 GiB requested, at all times.
  expect(server.memory.mean).toBeCloseTo(50, 0);
  expect(server.ready).toMatchObject({ least: 10, most: 17, last: 17 });
  expect(server.cpuBalance!.pods).toBe(17);

  // The events' own times and sizes, as kubectl tells them.
  const events = JSON.parse(
    await cluster.kubectl(
      "get",
      "events",
      "-n",
      namespace,
      "-o",
      "json",
      "--field-selector",
      `involvedObject.name=${serverHpa},reason=SuccessfulRescale`,
    ),
  ) as { items: { message: string; lastTimestamp: string }[] };
  const told = events.items
    .map(({ message, lastTimestamp }) => ({ to: Number(/\d+/.exec(message)![0]), atMs: Date.parse(lastTimestamp) }))
    .sort((a, b) => a.atMs - b.atMs);
  expect(hpa.decisions.map(({ to, atMs }) => ({ to, atMs }))).toEqual(told);
  // In one step or two: pods that have no metrics yet hold the controller back.
  expect(hpa.decisions.map(({ from }) => from)).toEqual([10, ...told.slice(0, -1).map(({ to }) => to)]);
  expect(told.map(({ to }) => to)).toContain(14);
  expect(told.at(-1)?.to).toBe(17);
  for (const decision of hpa.decisions) {
    expect(decision.source).toBe("kubernetes events");
    expect(decision.readyReason).toBeNull();
    expect(decision.readyAfterMs).toBeGreaterThanOrEqual(0);
    expect(decision.readyAfterMs).toBeLessThan(120_000);
  }
  expect(hpa.decisions[0]!.sinceLoadStepMs).toBeGreaterThan(0);
  expect(hpa.decisions[0]!.sinceLoadStepMs).toBeLessThan(240_000);
  expect(hpa.conditions).toContainEqual(
    expect.objectContaining({ reason: "TooManyReplicas", meaning: "it wants more pods than its maximum allows" }),
  );

  // Nodes: one server of 1.5 cores and the small pods beside it, of 7.91 that can be given away.
  expect(result.nodes.seen).toBe(17);
  expect(result.nodes.cpu.maxPercent).toBeGreaterThan((1.5 / 7.91) * 100);
  expect(result.nodes.cpu.maxPercent).toBeLessThan((2 / 7.91) * 100);
  const top = await until(
    "kubectl top",
    async () => (await cluster.kubectl("top", "nodes", "--no-headers")).trim().split("\n"),
    { seconds: 60 },
  );
  expect(top).toHaveLength(17);
  const topPercent = Math.max(...top.map((line) => Number(/ (\d+)% /.exec(line)![1])));
  expect(Math.abs(result.nodes.cpu.maxPercent! - topPercent)).toBeLessThan(3);

  // Nothing was restarted, killed or missed, and nothing is said to have been.
  expect(result.pods).toMatchObject({ restarts: 0, oomKills: 0, evicted: [], ends: [] });
  expect(result.coverage.gaps.filter(({ part }) => !part.endsWith("Metrics"))).toEqual([]);
  expect(new Set((await serverPods(cluster)).map(({ spec }) => spec.nodeName)).size).toBe(17);

  // On a fixed clock: a poll is late by what the machine is late, and lateness does not add up.
  const polled = lines.flatMap((line) => (line.kind === "snapshot" ? [line.polledAtMs] : []));
  for (const atMs of polled) {
    const offMs = (atMs - polled[0]!) % intervalMs;
    expect(Math.min(offMs, intervalMs - offMs)).toBeLessThan(intervalMs / 2 - 500);
  }
});
