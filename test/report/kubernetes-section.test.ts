import { expect, test } from "vitest";
import { KubernetesAnalysis } from "../../src/metrics/kubernetes/analyse.ts";
import type { KubernetesLine } from "../../src/metrics/kubernetes/lines.ts";
import { kubernetesSection } from "../../src/report/html/kubernetes-section.ts";
import { renderHtml } from "../../src/report/html.ts";
import { access, hpa, node, pod, rescale, snapshot, startMs, usage, watch } from "../metrics/kubernetes/lines.ts";
import { noMetricsResult } from "./sample-results.ts";

function render(lines: readonly KubernetesLine[]): string {
  const analysis = new KubernetesAnalysis();
  for (const line of lines) analysis.add(line);
  const load = { fromMs: startMs, toMs: startMs + 60_000 };
  const result = analysis.result({ steady: load, load, loadStepsMs: [startMs] });
  // Without tags, as people read it.
  return kubernetesSection(result!)
    .text.replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

test("tells what scaled and when, how full and how even, and what was not seen", () => {
  const killed = { reason: "OOMKilled", exitCode: 137, finishedAtMs: startMs + 15_000 };
  const pods = (restarts: number) => [
    pod("server-a", {
      containers: [{ name: "livekit-server", restarts, terminated: restarts > 0 ? killed : null }],
    }),
    pod("server-b"),
  ];
  const usages = (atMs: number) => [usage("server-a", atMs, 1.5), usage("server-b", atMs, 0.5)];
  const text = render([
    access(),
    watch(0, "listening"),
    snapshot(0, { hpas: [hpa(10, 40)], pods: pods(0), podMetrics: usages(startMs), nodes: [node("node-1")] }),
    rescale(8000, 17),
    snapshot(10_000, { hpas: [hpa(17, 90)], pods: pods(0), nodes: [node("node-1")] }),
    snapshot(20_000, {
      hpas: [hpa(17, 90)],
      pods: pods(1),
      podMetrics: "HTTP 503: service unavailable",
      nodes: [node("node-1", { pressures: ["MemoryPressure"] })],
      nodeMetrics: [usage("node-1", startMs + 12_000, 6)],
    }),
  ]);
  for (const part of [
    "10 → 17",
    "1.5 ×, 0.25",
    "server-a",
    "container livekit-server ended: OOMKilled (exit code 137)",
    "Restarts: 1. Kills for memory: 1.",
    "MemoryPressure",
    "0 of 7 new pods were seen Ready",
    "HTTP 503: service unavailable",
    "CPU throttling",
  ]) {
    expect.soft(text).toContain(part);
  }
  expect(text).toContain("75");
});

test("says what was not measured, and never 0 for it", () => {
  const text = render([
    access([{ kind: "metrics", text: "the cluster has no metrics-server", hint: "install it" }]),
    snapshot(0, { hpas: [hpa(10, null)], pods: "HTTP 403: no", podMetrics: "HTTP 404: no", nodes: "HTTP 403: no" }),
  ]);
  expect(text).toContain("the cluster has no metrics-server install it");
  expect(text).toContain("Restarts and kills: not measured (HTTP 403: no)");
  expect(text).toContain("the nodes, of which none was seen");
  expect(text).not.toMatch(/ 0 ?%/);
});

test("names from the cluster cannot become markup", () => {
  const analysis = new KubernetesAnalysis();
  analysis.add(snapshot(0, { hpas: [hpa(10, 40, { name: "<script>x</script>" })] }));
  const load = { fromMs: startMs, toMs: startMs + 60_000 };
  expect(kubernetesSection(analysis.result({ steady: null, load, loadStepsMs: [] })!).text).not.toContain("<script");
});

test("a run without a cluster has no such part", () => {
  expect(renderHtml(noMetricsResult(), null)).not.toContain('id="kubernetes"');
});
