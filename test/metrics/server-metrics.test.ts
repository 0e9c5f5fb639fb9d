import { expect, test } from "vitest";
import { serverMedia } from "../../src/metrics/media.ts";
import { histogramGrowth, ServerMetrics } from "../../src/metrics/server-metrics.ts";

type Counts = { node?: string; sent?: number; resent?: number; lost?: number; reports?: number };

function text({ node = "n1", sent, resent, lost, reports }: Counts): string {
  const line = (name: string, labels: string, value: number | undefined) =>
    value === undefined ? [] : [`${name}{direction="outgoing",node_id="${node}"${labels}} ${value}`];
  return [
    `livekit_participant_total{node_id="${node}"} 3`,
    ...line("livekit_packet_total", ',transmission="initial"', sent),
    ...line("livekit_packet_total", ',transmission="retransmit"', resent),
    ...line("livekit_packet_bytes", ',transmission="initial"', sent === undefined ? undefined : sent * 100),
    ...line("livekit_packet_loss_total", ',type="AUDIO"', lost),
    ...line("livekit_packet_loss_percent_count", ',type="AUDIO"', reports),
  ].join("\n");
}

function server(...scrapes: [atMs: number, counts: Counts | string, url?: string][]): ServerMetrics {
  const metrics = new ServerMetrics();
  for (const [polledAtMs, counts, url = "http://a/metrics"] of scrapes) {
    const failed = typeof counts === "string";
    metrics.add({ polledAtMs, tookMs: 1, url, text: failed ? null : text(counts), error: failed ? counts : null });
  }
  return metrics;
}

const steady = { fromMs: 10_000, toMs: 40_000 };

test("loss and retransmission of packets sent between the scrapes around the window", () => {
  const media = serverMedia(
    server(
      [0, { sent: 1, reports: 1 }],
      [9000, { sent: 1000, lost: 10, reports: 2 }],
      [20_000, { sent: 2000, lost: 20, resent: 5, reports: 4 }],
      [46_000, { sent: 5000, lost: 90, resent: 100, reports: 9 }],
      [90_000, { sent: 9000, lost: 900, resent: 900, reports: 10 }],
    ),
    steady,
  );
  expect(media.loss).toEqual({ part: 80, whole: 4000, value: 0.02, source: "server counters" });
  expect(media.retransmission).toMatchObject({ part: 100, whole: 4100 });
  expect(media).toMatchObject({
    packetsOut: 4100,
    bytesOut: 400_000,
    lossReason: null,
    incomingLoss: null,
    packetsIn: null,
  });
  expect(media.serverWindow).toMatchObject({ fromMs: 9000, toMs: 46_000 });
});

test("no series of lost packets is 0 only where the server reports on its tracks", () => {
  const reporting = server([0, { sent: 0, reports: 0 }], [50_000, { sent: 100, reports: 4 }]);
  expect(serverMedia(reporting, steady).loss).toMatchObject({ part: 0, whole: 100, value: 0 });
  const silent = server([0, { sent: 0 }], [50_000, { sent: 100 }]);
  expect(serverMedia(silent, steady)).toMatchObject({
    loss: null,
    lossReason: "no source: the server does not report lost packets",
    packetsOut: 100,
  });
});

test.each([
  ["none configured", server(), "no source: no Prometheus endpoint of the server is configured (livekit.metrics)"],
  ["every scrape failed", server([0, "HTTP 404"], [50_000, "HTTP 404"]), "no source: http://a/metrics: HTTP 404"],
  ["one scrape", server([0, { sent: 1 }]), "no source: http://a/metrics: 1 scrapes, two are needed"],
  ["not LiveKit's", server([0, {}], [50_000, {}]), "no source: the server does not report livekit_packet_total"],
  [
    "nothing sent",
    server([0, { sent: 5 }], [50_000, { sent: 5 }]),
    "no source: the server counted no outgoing packets in this time",
  ],
  [
    "too short",
    server([30_000, { sent: 5 }], [40_000, { sent: 9 }]),
    "no source: http://a/metrics: its scrapes cover less than half of the time",
  ],
  [
    "behind a load balancer",
    server([0, { node: "a", sent: 5 }], [20_000, { node: "b", sent: 5 }], [50_000, { node: "a", sent: 9 }]),
    "no source: http://a/metrics: it answers for different servers by turns: scrape each server by itself",
  ],
  [
    "one endpoint of two",
    server([0, { sent: 1, reports: 1 }], [50_000, { sent: 9, reports: 2 }], [0, "refused", "http://b/metrics"]),
    "no source: http://b/metrics: refused",
  ],
])("no figure, and why: %s", (_, metrics, reason) => {
  expect(serverMedia(metrics, steady)).toMatchObject({ loss: null, retransmission: null, lossReason: reason });
});

test("endpoints are added up, and a server that goes away is counted", () => {
  const media = serverMedia(
    server(
      [0, { sent: 0, reports: 0 }],
      [0, { node: "n2", sent: 100, lost: 1, reports: 1 }, "http://b/metrics"],
      [50_000, { node: "n3", sent: 40, reports: 1 }],
      [50_000, { node: "n2", sent: 160, lost: 3, reports: 5 }, "http://b/metrics"],
    ),
    steady,
  );
  expect(media.loss).toMatchObject({ part: 2, whole: 100 });
  expect(media.restarts).toBe(1);
});

test("subscribe times: the first of each subscription, from before the load on", () => {
  const metrics = new ServerMetrics();
  const scrape = (polledAtMs: number, scale: number) =>
    metrics.add({
      polledAtMs,
      tookMs: 1,
      url: "http://a/metrics",
      error: null,
      text: [
        ...['count="1"', 'count="2"'].flatMap((count) =>
          [
            ["100", 2],
            ["200", 8],
            ["+Inf", 10],
          ].map(
            ([le, n]) => `livekit_pubsubtime_ms_bucket{${count},direction="subscribe",le="${le}"} ${Number(n) * scale}`,
          ),
        ),
        `livekit_pubsubtime_ms_sum{count="1",direction="subscribe"} ${1500 * scale}`,
        `livekit_pubsubtime_ms_count{count="1",direction="subscribe"} ${10 * scale}`,
      ].join("\n"),
    });
  scrape(0, 1);
  scrape(50_000, 3);
  const spans = metrics.spans(steady, true).value ?? [];
  expect(histogramGrowth(spans, "livekit_pubsubtime_ms", ({ count }) => count === "1").value).toEqual({
    count: 20,
    sum: 3000,
    buckets: [
      [100, 4],
      [200, 16],
      [Infinity, 20],
    ],
  });
  expect(metrics.spans({ fromMs: -5, toMs: 10 }, true)).toEqual({
    value: null,
    reason: "no source: http://a/metrics: no scrape from before",
  });
});
