import { expect, test } from "vitest";
import type { KubernetesLine } from "../../src/metrics/kubernetes/lines.ts";
import { kubernetesSection } from "../../src/report/html/kubernetes-section.ts";
import { renderHtml } from "../../src/report/html.ts";
import { access, hpa, snapshot } from "../metrics/kubernetes/lines.ts";
import { busyCluster, clusterResult } from "./sample-cluster.ts";
import { noMetricsResult } from "./sample-results.ts";

function render(lines: readonly KubernetesLine[]): string {
  // Without tags, as people read it.
  return kubernetesSection(clusterResult(lines))
    .text.replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

test("tells what scaled and when, how full and how even, and what was not seen", () => {
  const text = render(busyCluster());
  for (const part of [
    "10 → 17",
    "75 % of 2 cores (server-a)",
    "1.5 ×, 0.25",
    "server-a",
    "container livekit-server ended: OOMKilled (exit code 137)",
    "Restarts: 1. Kills for memory: 1.",
    "MemoryPressure",
    "0 of 7 new pods were seen Ready",
    "HTTP 503: service unavailable",
    "Kubernetes answered for podMetrics only 2 of 6 polls: HTTP 503: service unavailable.",
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
  const named = snapshot(0, { hpas: [hpa(10, 40, { name: "<script>x</script>" })] });
  expect(kubernetesSection(clusterResult([named])).text).not.toContain("<script");
});

test("a run without a cluster has no such part", () => {
  expect(renderHtml(noMetricsResult(), null)).not.toContain('id="kubernetes"');
});
