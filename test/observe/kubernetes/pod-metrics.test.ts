import { expect, test } from "vitest";
import { KubernetesClient } from "../../../src/observe/kubernetes/client.ts";
import { KubernetesConnection } from "../../../src/observe/kubernetes/connection.ts";
import { scrapeAllPods, scrapePods } from "../../../src/observe/kubernetes/pod-metrics.ts";
import { pod } from "../../metrics/kubernetes/lines.ts";
import { json, startScriptedServer } from "./api-server.ts";

const exposition = ['livekit_room_total{node_id="n1"} 2', "go_gc_duration_seconds 1", "# EOF", ""].join("\n");

test("each running server pod is asked at its metrics port, and what lkload has no use for is left out", async () => {
  const paths: string[] = [];
  await using server = await startScriptedServer((request, response) => {
    paths.push(request.url ?? "");
    response.end(exposition);
  });
  using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
  const scrapes = await scrapePods(
    {
      client: new KubernetesClient(connection),
      server: connection.server.origin,
      namespace: "livekit",
      podMetrics: { path: "/metrics" },
      now: () => 7,
      signal: AbortSignal.timeout(60_000),
    },
    [
      pod("a", { metricsPort: 6789 }),
      pod("b", { metricsPort: null }),
      pod("c", { metricsPort: 6789, phase: "Pending" }),
      pod("d", { metricsPort: 6789, component: "egress" }),
      // Scaled down: it serves its rooms to the end.
      pod("e", { metricsPort: 6790, deletionAtMs: 1 }),
    ],
  );
  expect(paths.sort()).toEqual([
    "/api/v1/namespaces/livekit/pods/a:6789/proxy/metrics",
    "/api/v1/namespaces/livekit/pods/e:6790/proxy/metrics",
  ]);
  expect(scrapes.map((scrape) => [scrape.pod?.name, scrape.text, scrape.error])).toEqual([
    ["a", 'livekit_room_total{node_id="n1"} 2', null],
    ["b", null, "it has no container port named metrics: set kubernetes.podMetrics.port"],
    ["e", 'livekit_room_total{node_id="n1"} 2', null],
  ]);
  expect(scrapes[0]).toMatchObject({ polledAtMs: 7, url: expect.stringMatching(/^https:.*pods\/a:6789\/proxy/) });
});

test("a port and a path can be given; pods are paged; one that fails or hangs costs only its own scrape", async () => {
  await using server = await startScriptedServer((request, response) => {
    const url = new URL(request.url ?? "", "https://x");
    if (url.pathname.endsWith("/pods")) {
      const next = url.searchParams.get("continue");
      const item = (name: string) => ({
        metadata: { name, uid: name },
        status: { phase: "Running", podIP: "10.1.1.1" },
      });
      const items = next === null ? [item("a"), item("b")] : [item("c")];
      json(response, 200, { metadata: next === null ? { continue: "more" } : {}, items });
    } else if (url.pathname === "/api/v1/namespaces/livekit/pods/a:9/proxy/m") {
      response.end(exposition);
    } else if (url.pathname.includes("/b:9/")) {
      response.writeHead(503, { "content-type": "text/plain" });
      response.end("error trying to reach service: dial tcp 10.1.1.1:9: connect: connection refused");
    }
  });
  using connection = await KubernetesConnection.open({ kubeconfig: server.kubeconfig });
  const scrapes = await scrapeAllPods({
    client: new KubernetesClient(connection),
    server: connection.server.origin,
    namespace: "livekit",
    selector: "app.kubernetes.io/name=livekit-server",
    podMetrics: { path: "/m", port: 9 },
    now: () => 7,
    signal: AbortSignal.timeout(5000),
  });
  expect(scrapes.map(({ error }) => error)).toEqual([
    null,
    "HTTP 503: error trying to reach service: dial tcp 10.1.1.1:9: connect: connection refused",
    "no answer in time",
  ]);
});
