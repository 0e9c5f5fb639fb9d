import { describe, expect, test } from "vitest";
import {
  eventLineSchema,
  hpaSampleSchema,
  nodeSampleSchema,
  podSampleSchema,
  usageSampleSchema,
} from "../../../src/metrics/kubernetes/lines.ts";
import type {
  ApiEvent,
  ApiHpa,
  ApiNode,
  ApiNodeMetrics,
  ApiPod,
  ApiPodMetrics,
} from "../../../src/observe/kubernetes/api-types.ts";
import { trimDeployment, trimHpa } from "../../../src/observe/kubernetes/trim-hpa.ts";
import { trimEvent } from "../../../src/observe/kubernetes/trim-event.ts";
import { trimNode } from "../../../src/observe/kubernetes/trim-node.ts";
import { durationMs, trimNodeMetrics, trimPod, trimPodMetrics } from "../../../src/observe/kubernetes/trim-pod.ts";
import { capture } from "./capture.ts";

const limitOf = (cpu: string) => ({ resources: { limits: { cpu } } });

describe("HPAs", () => {
  test("at its maximum", () => {
    const hpa = trimHpa(capture("hpa-at-max") as ApiHpa, "server");
    expect(hpaSampleSchema.parse(hpa)).toMatchObject({
      name: "livekit-livekit-server",
      component: "server",
      target: "livekit-livekit-server",
      min: 10,
      max: 17,
      currentReplicas: 14,
      desiredReplicas: 17,
      lastScaleAtMs: Date.UTC(2026, 10, 22, 18, 35, 26),
      metrics: [{ name: "cpu", unit: "%", target: 50, current: 75 }],
    });
    expect(hpa.conditions.find(({ type }) => type === "ScalingLimited")).toMatchObject({
      status: "True",
      reason: "TooManyReplicas",
    });
  });

  test.each(["hpa-no-metrics", "hpa-metrics-lost"])("without metrics (%s) there is no figure, not 0", (name) => {
    expect(trimHpa(capture(name) as ApiHpa, null).metrics).toEqual([
      { name: "cpu", unit: "%", target: 50, current: null },
    ]);
  });

  test("that never had a metric wants no number of pods", () => {
    expect(trimHpa(capture("hpa-no-metrics") as ApiHpa, null).desiredReplicas).toBeNull();
  });

  test("a value that an older controller left standing is none", () => {
    const hpa = capture("hpa-at-max") as ApiHpa;
    const active = hpa.status?.conditions?.find(({ type }) => type === "ScalingActive");
    Object.assign(active!, { status: "False", reason: "FailedGetResourceMetric" });
    expect(trimHpa(hpa, null).metrics[0]?.current).toBeNull();
  });

  test("reads values, averages and other kinds of metrics", () => {
    const hpa: ApiHpa = {
      spec: {
        metrics: [
          { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "2Gi" } } },
          { type: "Pods", pods: { metric: { name: "rooms" }, target: { type: "AverageValue", averageValue: "10" } } },
        ],
      },
      status: {
        currentMetrics: [
          { type: "Pods", pods: { metric: { name: "rooms" }, current: { averageValue: "4500m" } } },
          { type: "Resource", resource: { name: "memory", current: { averageValue: "1Gi" } } },
        ],
      },
    };
    expect(trimHpa(hpa, null).metrics).toEqual([
      { name: "memory", unit: "bytes", target: 2 ** 31, current: 2 ** 30 },
      { name: "rooms", unit: "", target: 10, current: 4.5 },
    ]);
  });
});

test("a Deployment belongs to the component whose pods it makes", () => {
  const componentOf = (labels: Readonly<Record<string, string>>) =>
    labels["app"] === "livekit" ? ("server" as const) : null;
  const template = { metadata: { labels: { app: "livekit" } } };
  expect(trimDeployment({ metadata: { name: "any" }, spec: { replicas: 3, template } }, componentOf)).toEqual({
    name: "any",
    component: "server",
    replicas: 3,
    ready: 0,
    available: 0,
  });
});

describe("pods", () => {
  test("pending, with the scheduler's reason", () => {
    const pod = podSampleSchema.parse(trimPod(capture("pod-pending") as ApiPod, "server"));
    expect(pod).toMatchObject({ phase: "Pending", node: null, ready: false, containers: [] });
    expect(pod.waiting).toMatch(/^Unschedulable: 0\/17 nodes are available/);
    expect(pod.requests).toEqual({ cpuCores: 2, memoryBytes: 2 ** 30 });
  });

  test("killed for its memory, down and up again", () => {
    const finishedAtMs = Date.UTC(2026, 10, 22, 18, 35, 41);
    const terminated = { reason: "OOMKilled", exitCode: 137, finishedAtMs };
    const down = podSampleSchema.parse(trimPod(capture("pod-oomkilled-down") as ApiPod, "server"));
    expect(down.ready).toBe(false);
    expect(down.containers).toEqual([{ name: "livekit-server", restarts: 0, terminated }]);
    const up = trimPod(capture("pod-oomkilled") as ApiPod, "server");
    expect(up.ready).toBe(true);
    expect(up.containers).toEqual([{ name: "livekit-server", restarts: 1, terminated }]);
  });

  test("evicted", () => {
    expect(trimPod(capture("pod-evicted") as ApiPod, "server")).toMatchObject({ phase: "Failed", reason: "Evicted" });
  });

  test.each([
    ["each container has one", { containers: [{ resources: { limits: { cpu: "1500m" } } }, limitOf("1")] }, 2.5],
    ["one container has none", { containers: [limitOf("1"), {}] }, null],
    ["a sidecar has none", { containers: [limitOf("1")], initContainers: [{ restartPolicy: "Always" }] }, null],
    ["what has ended has none", { containers: [limitOf("1")], initContainers: [{}] }, 1],
    ["the pod has one of its own", { containers: [{}], resources: { limits: { cpu: "3" } } }, 3],
    ["nothing runs", { containers: [] }, null],
  ])("the CPU limit of a pod: %s", (_, spec, cpuCores) => {
    expect(podSampleSchema.parse(trimPod({ spec }, "server")).limits).toEqual({ cpuCores, memoryBytes: null });
  });

  test("requests are unknown when one container has none", () => {
    const containers = [{ resources: { requests: { cpu: "1" } } }, {}];
    expect(trimPod({ spec: { containers } }, "server").requests).toEqual({ cpuCores: null, memoryBytes: null });
  });
});

test("usage of pods and nodes, as metrics-server writes it", () => {
  const [pod] = (capture("ms-pod-metrics") as { items: ApiPodMetrics[] }).items.map(trimPodMetrics);
  expect(usageSampleSchema.parse(pod)).toEqual({
    name: "livekit-livekit-server-58b8b7647b-4mcqf",
    timestampMs: Date.UTC(2026, 10, 22, 18, 38, 32),
    windowMs: 9998,
    cpuCores: expect.closeTo(0.499988235, 9),
    memoryBytes: 524_289 * 1024,
  });
  const [node] = (capture("ms-node-metrics") as { items: ApiNodeMetrics[] }).items.map(trimNodeMetrics);
  expect(usageSampleSchema.parse(node)).toMatchObject({ name: "node-01", windowMs: 9887 });
  expect(
    trimPodMetrics({ metadata: { name: "new" }, timestamp: "2026-11-22T18:38:32Z", containers: [] }),
  ).toBeUndefined();
});

test("Go durations", () => {
  expect([durationMs("1m0.5s"), durationMs("250ms"), durationMs("soon"), durationMs(undefined)]).toEqual([
    60_500,
    250,
    null,
    null,
  ]);
});

test("nodes: Unknown is not False", () => {
  const lost = nodeSampleSchema.parse(trimNode(capture("node-unknown") as ApiNode));
  expect(lost).toMatchObject({ ready: "Unknown", readyReason: "NodeStatusUnknown" });
  expect(trimNode(capture("node-notready") as ApiNode)).toMatchObject({
    ready: "False",
    readyReason: "KubeletNotReady",
  });
  expect(lost.allocatable).toEqual({ cpuCores: 7.91, memoryBytes: 14 * 2 ** 30 });
});

describe("events", () => {
  test("of three generations of the API", () => {
    const rescale = (capture("events-rescale") as { items: ApiEvent[] }).items.find(
      ({ reason }) => reason === "SuccessfulRescale",
    );
    const atMs = Date.UTC(2026, 10, 22, 18, 35, 31);
    expect(eventLineSchema.parse(trimEvent(rescale!, 5))).toMatchObject({ firstAtMs: atMs, lastAtMs: atMs, count: 1 });
    const failed = capture("event-failed-scheduling") as ApiEvent;
    expect(trimEvent(failed, 5)?.lastAtMs).toBe(Date.UTC(2026, 10, 22, 18, 35, 36, 637));
    const series = { count: 7, lastObservedTime: "2026-11-22T18:40:00Z" };
    expect(trimEvent({ ...failed, series }, 5)).toMatchObject({ count: 7, lastAtMs: Date.UTC(2026, 10, 22, 18, 40) });
  });

  test("about other things are left out", () => {
    expect(trimEvent({ involvedObject: { kind: "PersistentVolumeClaim", name: "x" } }, 5)).toBeUndefined();
  });
});
