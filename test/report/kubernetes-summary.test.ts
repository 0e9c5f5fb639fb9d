import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import type { KubernetesLine } from "../../src/metrics/kubernetes/lines.ts";
import type { Result } from "../../src/metrics/result.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { access, hpa, pod, rescale, snapshot, startMs, usage } from "../metrics/kubernetes/lines.ts";
import { payloads, withTexts } from "./hostile-result.ts";
import { busyCluster, clusterResult } from "./sample-cluster.ts";
import { noMetricsResult, passResult } from "./sample-results.ts";

const withCluster = (lines: readonly KubernetesLine[]): Result => ({
  ...passResult(),
  kubernetes: clusterResult(lines),
});
const markdown = (lines: readonly KubernetesLine[]) => renderMarkdown(withCluster(lines), null);
const terminal = (lines: readonly KubernetesLine[], columns = 80) =>
  renderTerminal(withCluster(lines), { columns, color: false });

/** Without line breaks and the spaces around them. */
const joined = (text: string) => text.replaceAll(/\s+/g, " ");

describe.each([
  ["report.md", (lines: readonly KubernetesLine[]) => joined(markdown(lines).replaceAll(/[\\*|]/g, ""))],
  ["the terminal", (lines: readonly KubernetesLine[]) => joined(terminal(lines).replaceAll(/ \(|; /g, " "))],
])("%s", (_, render) => {
  test("tells what scaled, how full and even it was, what went wrong and what was not seen", () => {
    const text = render(busyCluster());
    for (const part of [
      "Namespace livekit at https://127.0.0.1:6443, v1.36.3.",
      "HPA livekit-server, pods 10 → 17",
      "its maximum was reached",
      "HPA livekit-server, cpu peak 90 %",
      "mean 73.3 %, target 50 %",
      "Pods that were Pending 0",
      "Restarts, kills for memory 1, 1",
      "Fullest server pod, CPU 75 %",
      "of its limit, 2 cores: server-a",
      "Fullest node, CPU 75 %",
      "Balance of server pods, CPU 1.5 ×",
      "Kubernetes answers 47.2 %",
      "3 of 6 polls, one every 10 s",
      "livekit-server 10 → 17: 8 s after the load step, time to Ready not measured",
      "0 of 7 new pods were seen Ready",
      "2026-11-22T18:00:15Z, server-a: container livekit-server ended: OOMKilled",
      "2026-11-22T18:00:20Z, no end seen, node-1: MemoryPressure",
      "2026-11-22T18:00:10Z, to the end, podMetrics: HTTP 503: service unavailable",
      "CPU throttling: metrics.k8s.io does not have it",
    ]) {
      expect.soft(text).toContain(part);
    }
  });

  test("a decision has the time from the load step to it, and from it to Ready", () => {
    const added = pod("server-b", { createdAtMs: startMs + 9000, readySinceMs: startMs + 21_000 });
    const text = render([
      snapshot(0, { hpas: [hpa(1, 80)], pods: [pod("server-a")] }),
      rescale(9000, 2),
      snapshot(30_000, { hpas: [hpa(2, 60)], pods: [pod("server-a"), added] }),
    ]);
    expect(text).toContain("1 → 2: 9 s after the load step, the last new pod Ready 12 s later");
  });

  test("a pod that waits is told with its reason", () => {
    const pods = [pod("server-b", { phase: "Pending", ready: false, waiting: "Unschedulable: no node fits" })];
    const text = render([snapshot(0, { pods })]);
    expect(text).toContain("Pods that were Pending 1");
    expect(text).toContain("server-b: Pending: Unschedulable: no node fits");
  });

  test("what was not measured is never 0, and has its reason", () => {
    const text = render([
      access([{ kind: "metrics", text: "the cluster has no metrics-server", hint: "install it" }]),
      snapshot(0, {
        hpas: [hpa(10, null)],
        pods: "HTTP 403: no",
        podMetrics: "HTTP 404: no",
        nodeMetrics: "HTTP 404: no",
      }),
    ]);
    for (const part of [
      "the cluster has no metrics-server",
      "HPA livekit-server, cpu not measured the HPA's status had no figure",
      "Pods that were Pending not measured HTTP 403: no",
      "Restarts, kills for memory not measured HTTP 403: no",
      "Fullest node, CPU not measured HTTP 404: no",
    ]) {
      expect.soft(text).toContain(part);
    }
  });

  test("one pod is in balance with nothing", () => {
    const text = render([snapshot(0, { pods: [pod("server-a")], podMetrics: [usage("server-a", startMs, 1)] })]);
    expect(text).toContain("Fullest server pod, CPU not measured no pod has a CPU limit");
    expect(text).toContain("Balance of server pods, CPU not measured fewer than two pods with samples");
  });
});

test("lines fit the terminal", () => {
  const lines = [...busyCluster(), rescale(25_000, 3), rescale(30_000, 4)];
  for (const columns of [40, 80, 200]) {
    for (const line of terminal(lines, columns).split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  }
});

test("long lists are cut, and say so", () => {
  const many = Array.from({ length: 12 }, (_, i) => rescale(1000 * i, 2 + i));
  const lines = [snapshot(0, { hpas: [hpa(1, 80)] }), ...many];
  expect(terminal(lines)).toContain("and 7 more of them");
  expect(markdown(lines)).toContain("and 2 more");
});

test.each(payloads)("text from the cluster stays text: %j", (payload) => {
  const shape = (text: string) =>
    renderMarkdown(withTexts(withCluster(busyCluster()), text), null)
      .split("\n")
      .map((line) => `${/^(#+|-|\|)?/.exec(line)![0]} ${line.match(/(?<!\\)\|/g)?.length ?? 0}`);
  expect(shape(payload)).toEqual(shape("Plain"));
  const hostile = withTexts(withCluster(busyCluster()), payload);
  expect(renderMarkdown(hostile, null)).not.toMatch(/<[a-z!/]|(?<!\\)\[|(?<!\w)@[a-z]/i);
  const printed = renderTerminal(hostile, { columns: 80, color: false });
  expect(printed.replaceAll("\n", "")).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u);
});

test("a run without a cluster has no such part", () => {
  expect(renderMarkdown(noMetricsResult(), null)).not.toContain("Kubernetes");
  expect(renderTerminal(noMetricsResult(), { columns: 80, color: false })).not.toContain("Kubernetes");
});
