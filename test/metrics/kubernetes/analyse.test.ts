import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KubernetesAnalysis } from "../../../src/metrics/kubernetes/analyse.ts";
import { kubernetesLineSchema, type KubernetesLine } from "../../../src/metrics/kubernetes/lines.ts";
import { kubernetesResultSchema, type KubernetesResult } from "../../../src/metrics/kubernetes/result.ts";
import { access, hpa, node, pod, rescale, snapshot, startMs, usage, watch } from "./lines.ts";

const load = { fromMs: startMs, toMs: startMs + 100_000 };
const seconds = (count: number) => count * 1000;

function analyse(
  lines: readonly KubernetesLine[],
  steady: { fromMs: number; toMs: number } | null = load,
  loadStepsMs: readonly number[] = [startMs],
): KubernetesResult {
  const analysis = new KubernetesAnalysis();
  for (const line of lines) analysis.add(kubernetesLineSchema.parse(JSON.parse(JSON.stringify(line))));
  return kubernetesResultSchema.parse(analysis.result({ steady, load, loadStepsMs }));
}

test("without a single line there is no result", () => {
  expect(new KubernetesAnalysis().result({ steady: load, load, loadStepsMs: [] })).toBeNull();
});

describe("HPAs", () => {
  test("peak and mean against the target, in the steady window only", () => {
    const values = [10, 40, 80, 60, 99];
    const lines = values.map((value, index) => snapshot(index * 10_000, { hpas: [hpa(10, value)] }));
    const steady = { fromMs: startMs + 10_000, toMs: startMs + 35_000 };
    expect(analyse(lines, steady).hpas[0]?.metrics).toEqual([
      {
        name: "cpu",
        target: 50,
        source: "hpa status",
        unit: "%",
        n: 3,
        peak: 80,
        peakAtMs: startMs + 20_000,
        mean: 60,
        reason: null,
      },
    ]);
  });

  test("without a figure there is none, with the controller's reason", () => {
    const conditions = [
      {
        type: "ScalingActive",
        status: "False",
        reason: "FailedGetResourceMetric",
        message: "no metrics",
        sinceMs: null,
      },
    ];
    const [metric] = analyse([snapshot(0, { hpas: [hpa(10, null, { conditions })] })]).hpas[0]!.metrics;
    expect(metric).toMatchObject({ n: 0, peak: null, mean: null, reason: "the HPA had no figure: no metrics" });
  });

  test("a decision has its event's time, its load step, and when the last new pod was Ready", () => {
    const added = (name: string, readyAfterS: number) =>
      pod(name, { createdAtMs: startMs + seconds(22), readySinceMs: startMs + seconds(readyAfterS) });
    const result = analyse(
      [
        snapshot(0, { hpas: [hpa(10, 40)], pods: [pod("a")] }),
        snapshot(seconds(10), { hpas: [hpa(10, 75)], pods: [pod("a")] }),
        snapshot(seconds(20), { hpas: [hpa(10, 75)], pods: [pod("a")] }),
        rescale(seconds(22), 12),
        snapshot(seconds(30), {
          hpas: [hpa(12, 70)],
          pods: [pod("a"), added("b", 25), { ...added("c", 0), ready: false, readySinceMs: null }],
        }),
        snapshot(seconds(40), { hpas: [hpa(12, 60)], pods: [pod("a"), added("b", 25), added("c", 37)] }),
      ],
      load,
      [startMs, startMs + seconds(12)],
    );
    expect(result.hpas[0]).toMatchObject({
      replicas: { first: 10, least: 10, most: 12, last: 12 },
      headroom: 5,
      decisions: [
        {
          atMs: startMs + seconds(22),
          source: "kubernetes events",
          from: 10,
          to: 12,
          why: "cpu resource utilization (percentage of request) above target",
          loadStepAtMs: startMs + seconds(12),
          sinceLoadStepMs: seconds(10),
          readyAtMs: startMs + seconds(37),
          readyAfterMs: seconds(15),
          readyReason: null,
        },
      ],
    });
  });

  test("pods that never were Ready leave no time", () => {
    const [decision] = analyse([
      snapshot(0, { hpas: [hpa(10, 75)], pods: [pod("a")] }),
      rescale(seconds(5), 11),
      snapshot(seconds(10), {
        hpas: [hpa(11, 75)],
        pods: [pod("b", { createdAtMs: startMs + seconds(5), ready: false, readySinceMs: null, phase: "Pending" })],
      }),
    ]).hpas[0]!.decisions;
    expect(decision).toMatchObject({ readyAtMs: null, readyReason: "0 of 1 new pods were seen Ready" });
  });

  test("where events are not received the status tells, once", () => {
    const lastScaleAtMs = startMs + seconds(14);
    const lines = [
      snapshot(0, { hpas: [hpa(10, 75)] }),
      snapshot(seconds(20), { hpas: [hpa(14, 60, { lastScaleAtMs })] }),
      snapshot(seconds(30), { hpas: [hpa(14, 60, { lastScaleAtMs })] }),
    ];
    const about = { atMs: lastScaleAtMs, from: 10, to: 14 };
    expect(analyse(lines).hpas[0]!.decisions).toEqual([expect.objectContaining({ ...about, source: "hpa status" })]);
    const told = analyse([...lines, rescale(seconds(14), 14)]).hpas[0]!.decisions;
    expect(told).toEqual([expect.objectContaining({ ...about, source: "kubernetes events" })]);
  });

  test("conditions are decoded, and last from poll to poll", () => {
    const at = (reason: string) => [
      { type: "ScalingLimited", status: "True", reason, message: "", sinceMs: startMs - seconds(500) },
    ];
    const result = analyse([
      snapshot(0, { hpas: [hpa(10, 10, { conditions: at("TooFewReplicas") })] }),
      snapshot(seconds(10), { hpas: [hpa(17, 90, { conditions: at("TooManyReplicas") })] }),
      snapshot(seconds(20), { hpas: [hpa(17, 90, { conditions: at("TooManyReplicas") })] }),
    ]);
    expect(result.hpas[0]!.conditions).toEqual([
      expect.objectContaining({ reason: "TooFewReplicas", polls: 1, fromMs: startMs, toMs: startMs }),
      {
        type: "ScalingLimited",
        status: "True",
        reason: "TooManyReplicas",
        meaning: "it wants more pods than its maximum allows",
        fromMs: startMs + seconds(10),
        toMs: startMs + seconds(20),
        polls: 2,
      },
    ]);
  });
});

describe("usage", () => {
  test("a sample that several polls see counts once", () => {
    const low = [usage("a", startMs + 1000, 0.5), usage("b", startMs + 1000, 0.5)];
    const high = [usage("a", startMs + 15_000, 1.5), usage("b", startMs + 15_000, 1.5)];
    const pods = [pod("a"), pod("b")];
    const result = analyse([
      snapshot(0, { pods, podMetrics: low }),
      snapshot(seconds(5), { pods, podMetrics: low }),
      snapshot(seconds(10), { pods, podMetrics: low }),
      snapshot(seconds(20), { pods, podMetrics: high }),
    ]);
    expect(result.components[0]).toMatchObject({ cpu: { n: 2, peak: 75, mean: 50 }, memory: { peak: 50 } });
    expect(result.components[0]!.cpuBalance).toMatchObject({ pods: 2, mean: 1, max: 1, ratio: 1, gini: 0 });
  });

  test("the pod that came nearest to its own limit, of those that have one, in the steady window", () => {
    const bounded = (name: string, cpuCores: number) => pod(name, { limits: { cpuCores, memoryBytes: null } });
    const pods = [bounded("a", 4), bounded("b", 2), pod("c")];
    const result = analyse(
      [
        snapshot(0, { pods, podMetrics: [usage("b", startMs + 1000, 2)] }),
        snapshot(seconds(20), {
          pods,
          podMetrics: [
            usage("a", startMs + 15_000, 3),
            usage("b", startMs + 15_000, 1.9),
            usage("c", startMs + 15_000, 7),
          ],
        }),
      ],
      { fromMs: startMs + seconds(10), toMs: startMs + seconds(100) },
    );
    const { cpuOfLimit } = result.components[0]!;
    expect(cpuOfLimit).toEqual({
      source: "metrics-server",
      maxPercent: 95,
      pod: "b",
      atMs: startMs + 15_000,
      limit: 2,
      n: 2,
      reason: null,
    });
  });

  test.each([
    ["no pod has a CPU limit", [pod("a")], [usage("a", startMs + 1000, 1)]],
    ["no sample in the window", [pod("a", { limits: { cpuCores: 1, memoryBytes: null } })], []],
    ["HTTP 503", [pod("a", { limits: { cpuCores: 1, memoryBytes: null } })], "HTTP 503"],
  ])("no share of a limit, and why: %s", (reason, pods, podMetrics) => {
    const { cpuOfLimit } = analyse([snapshot(0, { pods, podMetrics })]).components[0]!;
    expect(cpuOfLimit).toMatchObject({ maxPercent: null, pod: null, limit: null, n: 0 });
    expect(cpuOfLimit?.reason).toContain(reason);
  });

  test("any repetition of samples leaves every figure as it was", () => {
    const samples = fc.array(
      fc.record({
        pod: fc.constantFrom("a", "b", "c"),
        second: fc.integer({ min: 0, max: 90 }),
        cpu: fc.double({ min: 0, max: 8, noNaN: true }),
      }),
      { minLength: 1, maxLength: 30 },
    );
    const nodes = ["a", "b", "c"].map((name) => node(name));
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 3 }), (given, repeats) => {
        const once = [...new Map(given.map((one) => [`${one.pod} ${one.second}`, one])).values()];
        const list = once.map(({ pod, second, cpu }) => usage(pod, startMs + seconds(second), cpu));
        const single = analyse([snapshot(0, { nodes, nodeMetrics: list })]);
        const many = Array.from({ length: repeats + 1 }, () => snapshot(0, { nodes, nodeMetrics: list }));
        expect(analyse(many).nodes).toEqual(single.nodes);
        expect(single.nodes.cpu.n).toBe(once.length);
        const highest = Math.max(...once.map(({ cpu }) => cpu));
        expect(single.nodes.cpu.maxPercent).toBeCloseTo((highest / 8) * 100, 9);
        expect(single.nodes.cpu.headroom).toBeCloseTo(8 - highest, 9);
      }),
    );
  });

  test("pods without a sample or without requests do not thin the share out", () => {
    const pods = [pod("a"), pod("b"), pod("c", { requests: { cpuCores: null, memoryBytes: null } })];
    const podMetrics = [usage("a", startMs, 1), usage("c", startMs, 9)];
    expect(analyse([snapshot(0, { pods, podMetrics })]).components[0]!.cpu.peak).toBe(50);
  });

  test("a sample that metrics-server no longer renews says nothing about now", () => {
    const pods = [pod("a"), pod("b")];
    const stale = usage("a", startMs - seconds(60), 2);
    const podMetrics = [stale, usage("b", startMs + seconds(1), 1)];
    expect(analyse([snapshot(seconds(2), { pods, podMetrics })]).components[0]!.cpu).toMatchObject({ n: 1, peak: 50 });
  });

  test("without metrics-server there is no figure, and the reason", () => {
    const result = analyse([
      snapshot(0, { pods: [pod("a")], nodes: [node("n")], podMetrics: "HTTP 404", nodeMetrics: "HTTP 404" }),
    ]);
    expect(result.components[0]!.cpu).toMatchObject({ peak: null, mean: null, reason: "HTTP 404" });
    expect(result.components[0]!.cpuBalance).toBeNull();
    expect(result.nodes.cpu).toMatchObject({ maxPercent: null, headroom: null, reason: "HTTP 404" });
    expect(result.nodes.seen).toBe(1);
  });
});

describe("pods", () => {
  const killed = (atMs: number) => ({ reason: "OOMKilled", exitCode: 137, finishedAtMs: atMs });
  const withContainer = (restarts: number, terminated: ReturnType<typeof killed> | null) =>
    pod("a", { containers: [{ name: "livekit-server", restarts, terminated }] });

  test("a kill is counted once, from its first sight to the restart", () => {
    const atMs = startMs + seconds(15);
    const result = analyse([
      snapshot(0, { pods: [withContainer(0, null)] }),
      snapshot(seconds(20), { pods: [withContainer(0, killed(atMs))] }),
      snapshot(seconds(30), { pods: [withContainer(1, killed(atMs))] }),
      snapshot(seconds(40), { pods: [withContainer(1, killed(atMs))] }),
    ]);
    expect(result.pods).toMatchObject({ oomKills: 1, restarts: 1 });
    expect(result.pods.ends).toEqual([
      expect.objectContaining({ pod: "a", node: "node-1", reason: "OOMKilled", exitCode: 137, atMs }),
    ]);
  });

  test("what happened before the run is none of it", () => {
    const old = withContainer(4, killed(startMs - seconds(600)));
    const result = analyse([snapshot(0, { pods: [old] }), snapshot(seconds(10), { pods: [old] })]);
    expect(result.pods).toMatchObject({ oomKills: 0, restarts: 0, ends: [] });
  });

  test("pending with its reason, terminating apart, evicted named", () => {
    const waiting = "Unschedulable: 0/17 nodes are available";
    const pending = pod("p", { phase: "Pending", node: null, ready: false, createdAtMs: startMs + 3000, waiting });
    const result = analyse([
      snapshot(seconds(10), { pods: [pending, pod("t")] }),
      snapshot(seconds(20), {
        pods: [
          pod("p", { createdAtMs: startMs + 3000, node: "node-9" }),
          pod("t", { deletionAtMs: startMs + 50_000 }),
          pod("e", { phase: "Failed", reason: "Evicted", ready: false }),
        ],
      }),
      snapshot(seconds(30), { pods: [pod("p")] }),
    ]);
    expect(result.pods.pending).toEqual([
      expect.objectContaining({
        pod: "p",
        node: "node-9",
        fromMs: startMs + 3000,
        toMs: startMs + 20_000,
        reason: waiting,
      }),
    ]);
    expect(result.pods.terminating).toEqual([
      expect.objectContaining({ pod: "t", fromMs: startMs + 20_000, toMs: startMs + 30_000 }),
    ]);
    expect(result.pods.evicted).toEqual([expect.objectContaining({ pod: "e" })]);
    expect(result.components[0]!.ready).toEqual({ source: "kubernetes api", least: 1, most: 1, last: 1 });
  });

  test("that were never read have no counts", () => {
    expect(analyse([snapshot(0, { pods: "HTTP 403: forbidden" })]).pods).toMatchObject({
      seen: null,
      restarts: null,
      oomKills: null,
      reason: "HTTP 403: forbidden",
    });
  });
});

test("nodes that fall silent, and come back", () => {
  const silent = node("n", { ready: "Unknown", readySinceMs: startMs + 12_000, readyReason: "NodeStatusUnknown" });
  const result = analyse([
    snapshot(0, { nodes: [node("n"), node("m", { pressures: ["MemoryPressure"] })] }),
    snapshot(seconds(20), { nodes: [silent, node("m")] }),
    snapshot(seconds(30), { nodes: [node("n"), node("m")] }),
  ]);
  expect(result.nodes.troubles).toEqual([
    { node: "m", what: "MemoryPressure", fromMs: startMs, toMs: startMs + 20_000 },
    {
      node: "n",
      what: "NotReady (no word from it): NodeStatusUnknown",
      fromMs: startMs + 12_000,
      toMs: startMs + 30_000,
    },
  ]);
});

describe("coverage", () => {
  test("polls, answers and gaps", () => {
    const polls = [0, 10, 20, 30, 40].map((at) =>
      snapshot(seconds(at), at === 20 || at === 30 ? { podMetrics: "HTTP 503: service unavailable" } : {}),
    );
    const { coverage } = analyse([access(), watch(0, "listening"), ...polls]);
    expect(coverage.polls).toMatchObject({ part: 5, whole: 10, value: 0.5 });
    expect(coverage.parts.find(({ part }) => part === "podMetrics")).toEqual({
      part: "podMetrics",
      answered: 3,
      asked: 5,
      lastError: "HTTP 503: service unavailable",
    });
    expect(coverage.gaps).toEqual([
      {
        part: "podMetrics",
        fromMs: startMs + 10_000,
        toMs: startMs + 40_000,
        reason: "HTTP 503: service unavailable",
      },
    ]);
  });

  test("polls that were not made are gaps of everything", () => {
    const { coverage } = analyse([access(), snapshot(0), snapshot(seconds(60))]);
    expect(coverage.gaps).toHaveLength(6);
    expect(coverage.gaps[0]).toMatchObject({ reason: "no poll was made", fromMs: startMs, toMs: startMs + 60_000 });
  });

  const polls = (answered: number, unanswered: number) => [
    ...Array.from({ length: answered }, (_, i) => snapshot(seconds(10 * i))),
    ...Array.from({ length: unanswered }, (_, i) => snapshot(seconds(10 * (answered + i)), { pods: "HTTP 503: no" })),
  ];

  test.each([
    ["all", polls(10, 0), []],
    ["all but those on the edges", polls(8, 2), []],
    ["too few of one kind", polls(7, 3), ["Kubernetes answered for pods only 7 of 10 polls: HTTP 503: no"]],
    ["polls that were not made", polls(7, 0), ["Kubernetes answered only 7 of 10 polls: the others were not made"]],
    [
      "none of one kind, and too few of all",
      polls(0, 5),
      [
        "Kubernetes answered for hpas, deployments, podMetrics, nodes, nodeMetrics only 5 of 10 polls: the others were not made",
        "Kubernetes answered for pods only 0 of 10 polls: HTTP 503: no",
      ],
    ],
    ["none at all", [access()], ["Kubernetes answered only 0 of 10 polls: the others were not made"]],
    [
      "polls outside of the load",
      [snapshot(-seconds(30)), snapshot(seconds(130))],
      ["Kubernetes answered only 0 of 10 polls: the others were not made"],
    ],
  ])("what was answered too seldom: %s", (_, lines, lacking) => {
    expect(analyse(lines).coverage.lacking.toSorted()).toEqual(lacking.toSorted());
  });

  test("a load shorter than an interval has one poll", () => {
    const short = { fromMs: startMs + 1000, toMs: startMs + 5000 };
    const lackingOf = (line: KubernetesLine) => {
      const analysis = new KubernetesAnalysis();
      analysis.add(line);
      return analysis.result({ steady: null, load: short, loadStepsMs: [] })!.coverage.lacking;
    };
    expect(lackingOf(snapshot(0))).toEqual([]);
    expect(lackingOf(snapshot(0, { nodes: "HTTP 403: no" }))).toEqual([
      "Kubernetes answered for nodes only 0 of 1 polls: HTTP 403: no",
    ]);
  });

  test("events that may have been missed", () => {
    const lines = [access(), watch(0, "listening"), watch(5000, "lost", "ECONNREFUSED"), watch(9000, "listening")];
    expect(analyse(lines).coverage.gaps).toEqual([
      {
        part: "events",
        fromMs: startMs + 5000,
        toMs: startMs + 9000,
        reason: "namespace livekit: ECONNREFUSED",
      },
    ]);
  });

  test("what may not be read is told", () => {
    const problem = { kind: "right" as const, text: "not allowed to list nodes in the cluster", hint: "…" };
    expect(analyse([access([problem])])).toMatchObject({ problems: [problem], nodes: { seen: null } });
  });
});

test("what was answered of what should have been asked: parts that failed and polls that were not made both lack", () => {
  const lines = [0, 10, 20, 30, 40].map((s) =>
    snapshot(seconds(s), s === 20 ? { podMetrics: "HTTP 503: no", nodeMetrics: "HTTP 503: no" } : {}),
  );
  // The load had ten polls; five were made, one of them without two of its six parts.
  const { polls, answers } = analyse([access(), ...lines]).coverage;
  expect(polls).toEqual({ part: 5, whole: 10, value: 0.5, source: "kubernetes api" });
  expect(answers).toEqual({ part: 28, whole: 60, value: 28 / 60, source: "kubernetes api" });
});

test("rooms and participants by pod: how unevenly they are spread, of those pods that were scraped", () => {
  const analysis = new KubernetesAnalysis();
  for (const line of [snapshot(0, { pods: [pod("a"), pod("b"), pod("c")] })]) analysis.add(line);
  const spread = {
    rooms: new Map([
      ["a", 6],
      ["b", 0],
    ]),
    participants: new Map([["a", 60]]),
  };
  const [server] = analysis.result({ steady: load, load, loadStepsMs: [], spread })!.components;
  expect(server!.roomBalance).toEqual({
    source: "server gauges, by pod",
    unit: "rooms",
    pods: 2,
    mean: 3,
    max: 6,
    maxName: "a",
    ratio: 2,
    gini: 0.5,
  });
  // One pod is always in balance with itself.
  expect(server!.participantBalance).toBeNull();
});

test("every number names its source, on itself or on what it is part of", () => {
  const analysis = new KubernetesAnalysis();
  const trouble = { ready: "False" as const, readyReason: "KubeletNotReady" };
  const ended = { reason: "OOMKilled", exitCode: 137, finishedAtMs: startMs + 5000 };
  const killed = pod("a", { containers: [{ name: "livekit-server", restarts: 1, terminated: ended }] });
  const stuck = pod("b", { phase: "Pending", ready: false, waiting: "Unschedulable: no node" });
  for (const line of [
    access(),
    watch(0, "listening"),
    snapshot(0, { hpas: [hpa(10, 40)], pods: [pod("a")], nodes: [node("n1")] }),
    rescale(seconds(5), 12),
    watch(seconds(6), "lost", "gone"),
    snapshot(seconds(10), {
      hpas: [hpa(12, 60)],
      pods: [killed, stuck],
      podMetrics: [usage("a", startMs + seconds(8), 1), usage("b", startMs + seconds(8), 2)],
      nodes: [node("n1", trouble)],
      nodeMetrics: [usage("n1", startMs + seconds(8), 4)],
    }),
    snapshot(seconds(20), { pods: "HTTP 503: gone" }),
  ]) {
    analysis.add(line);
  }
  const spread = {
    rooms: new Map([
      ["a", 1],
      ["b", 2],
    ]),
    participants: new Map([
      ["a", 1],
      ["b", 2],
    ]),
  };
  const result = analysis.result({ steady: load, load, loadStepsMs: [startMs], spread })!;
  const nameless: string[] = [];
  const walk = (value: unknown, path: string, source: unknown) => {
    if (typeof value === "number" && typeof source !== "string") nameless.push(path);
    if (typeof value !== "object" || value === null) return;
    const own = "source" in value ? value.source : source;
    for (const [key, part] of Object.entries(value)) walk(part, `${path}.${key}`, own);
  };
  walk(result, "kubernetes", undefined);
  // What lkload itself chose.
  expect(nameless).toEqual(["kubernetes.window.fromMs", "kubernetes.window.toMs"]);
  expect(result.pods).toMatchObject({ oomKills: 1, pending: [expect.objectContaining({ pod: "b" })] });
});
