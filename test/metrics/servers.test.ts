import { expect, test } from "vitest";
import { serverMedia } from "../../src/metrics/media.ts";
import { RoomHomes } from "../../src/metrics/room-homes.ts";
import { scrapeTicks, spansOfTick } from "../../src/metrics/scrape-ticks.ts";
import { ServerMetrics, growth } from "../../src/metrics/server-metrics.ts";
import { serversResultSchema } from "../../src/metrics/server-result.ts";
import { byPod, serversOf } from "../../src/metrics/servers.ts";

type Said = { node?: string; rooms?: number; sent?: number; lost?: number; startedS?: number; more?: string[] };

function text({ node = "n1", rooms, sent, lost, startedS, more = [] }: Said): string {
  const labels = `direction="outgoing",node_id="${node}"`;
  return [
    ...(rooms === undefined ? [] : [`livekit_room_total{node_id="${node}"} ${rooms}`]),
    ...(sent === undefined
      ? []
      : [
          `livekit_packet_total{${labels},transmission="initial"} ${sent}`,
          `livekit_packet_loss_percent_count{${labels}} ${sent}`,
        ]),
    ...(lost === undefined ? [] : [`livekit_packet_loss_total{${labels}} ${lost}`]),
    ...(startedS === undefined ? [] : [`process_start_time_seconds ${startedS}`]),
    ...more,
  ].join("\n");
}

/** Scrapes of pods, each named after its first letter; a text is what went wrong. */
function pods(...scrapes: [pod: string, atMs: number, said: Said | string][]): ServerMetrics {
  const metrics = new ServerMetrics();
  for (const [name, polledAtMs, said] of scrapes) {
    const failed = typeof said === "string";
    metrics.add({
      polledAtMs,
      tookMs: 1,
      url: `https://api/${name}`,
      pod: { name, uid: `uid-${name}`, node: `node-${name}` },
      text: failed ? null : text(said),
      error: failed ? said : null,
    });
  }
  return metrics;
}

const steady = { fromMs: 10_000, toMs: 60_000 };

test("a pod that came during the time counts from its start, one that went to its last scrape", () => {
  const server = pods(
    ["a", 0, { node: "na", sent: 100 }],
    ["b", 5000, { node: "nb", sent: 1000 }],
    ["a", 10_000, { node: "na", sent: 200 }],
    ["b", 40_000, { node: "nb", sent: 1500 }],
    ["c", 50_000, { node: "nc", sent: 70, startedS: 42, lost: 7 }],
    ["a", 66_000, { node: "na", sent: 700 }],
    ["c", 66_000, { node: "nc", sent: 90, startedS: 42, lost: 9 }],
  );
  // a: 500, b: 500, c: all of its 90.
  expect(serverMedia(server, steady).loss).toEqual({
    part: 9,
    whole: 1090,
    value: 9 / 1090,
    source: "server counters, by pod",
  });
});

test("a pod whose counters are older than the time and were not seen before it gives no figure", () => {
  const server = pods(["a", 40_000, { sent: 5000, startedS: -100 }], ["a", 66_000, { sent: 5100, startedS: -100 }]);
  expect(serverMedia(server, steady)).toMatchObject({
    loss: null,
    lossReason: expect.stringMatching(/^no source: pod a/),
  });
});

test("a pod of the same name with another uid is another process", () => {
  const server = pods(["a", 0, { node: "na", sent: 100 }], ["a", 66_000, { node: "na", sent: 200 }]);
  const ref = { name: "a", uid: "another", node: null };
  server.add({
    polledAtMs: 70_000,
    tookMs: 1,
    url: "https://api/a",
    pod: ref,
    text: text({ node: "nz", sent: 9 }),
    error: null,
  });
  expect(server.endpoints).toHaveLength(2);
});

test("silent pods do harm only where rooms of the run may live on them", () => {
  const server = pods(
    ["a", 0, { node: "na", sent: 0 }],
    ["b", 0, "refused"],
    ["a", 66_000, { node: "na", sent: 100 }],
    ["b", 66_000, "refused"],
  );
  expect(serverMedia(server, steady).lossReason).toBe("no source: pod b: refused");
  const homes = new RoomHomes();
  homes.add({ askedAtMs: 1, room: "r1", nodeId: "na", error: null });
  expect(homes.all(["r1", "r2"])).toBeNull();
  server.know(homes.all(["r1"]));
  expect(serverMedia(server, steady)).toMatchObject({ lossReason: null, packetsOut: 100 });
  expect(serverMedia(server, steady).serverWindow?.note).toContain(
    "without pod b, where none of the run's rooms lived",
  );
  server.know(new Set(["na", "elsewhere"]));
  expect(serverMedia(server, steady).lossReason).toBe("no source: pod b: refused");
});

test("two endpoints that answer for one server count once", () => {
  const server = pods(
    ["a", 0, { sent: 0 }],
    ["b", 0, { sent: 0 }],
    ["a", 66_000, { sent: 100 }],
    ["b", 66_000, { sent: 100 }],
  );
  expect(serverMedia(server, steady).packetsOut).toBe(100);
});

test("each server by itself and all together: gauges, counters, and what a version does not have", () => {
  const rtt = (node: string, counts: readonly [number, number, number]) =>
    ["50", "100", "+Inf"]
      .map((le, i) => `livekit_rtt_ms_bucket{node_id="${node}",le="${le}"} ${counts[i]}`)
      .concat([
        `livekit_rtt_ms_sum{node_id="${node}"} ${counts[2] * 40}`,
        `livekit_rtt_ms_count{node_id="${node}"} ${counts[2]}`,
      ]);
  const joins = (failed: number) => [
    'livekit_participant_join_total{state="rtc_active"} 10',
    ...(failed > 0 ? [`livekit_participant_join_total{state="signal_failed"} ${failed}`] : []),
  ];
  const server = pods(
    ["a", 0, { node: "na", rooms: 0, sent: 0, more: rtt("na", [0, 0, 0]) }],
    ["b", 0, { node: "nb", rooms: 0, sent: 0, more: rtt("nb", [0, 0, 0]) }],
    ["a", 30_000, { node: "na", rooms: 3, sent: 50, more: joins(0) }],
    ["b", 30_000, { node: "nb", rooms: 1, sent: 50, more: joins(2) }],
    ["a", 66_000, { node: "na", rooms: 3, sent: 300, more: [...joins(0), ...rtt("na", [90, 90, 90])] }],
    ["b", 66_000, { node: "nb", rooms: 1, sent: 100, more: [...joins(2), ...rtt("nb", [0, 10, 10])] }],
  );
  const servers = serversResultSchema.parse(serversOf({ server, steady, loadRange: { fromMs: 1000, toMs: 60_000 } }));
  expect(servers.via).toBe("pods");
  expect(servers.all.values).toMatchObject({ roomsPeak: 4, packetsOut: 400, joinFailures: 2, lossOut: 0 });
  // Merged first: rank 90 of 100 is the last of the 90 below 50 ms.
  expect(servers.all.values["rttP90"]).toBe(50);
  expect(servers.each.map(({ values }) => values["roomsMean"])).toEqual([3, 1]);
  expect(servers.each.map(({ values }) => values["joinFailures"])).toEqual([0, 2]);
  const reasons = servers.all.missing;
  expect(reasons.find(({ figures }) => figures.includes("nacksIn"))?.reason).toMatch(/^absent: .*livekit_nack_total/);
  expect(reasons.find(({ figures }) => figures.includes("memoryPeak"))?.reason).toMatch(/^absent: /);
  expect(Object.keys(servers.all.values)).not.toContain("nacksIn");
  expect(byPod(servers, "roomsMean")).toEqual(
    new Map([
      ["a", 3],
      ["b", 1],
    ]),
  );
  for (const { name } of servers.figures) {
    const isMissing = reasons.some(({ figures }) => figures.includes(name));
    expect([name, isMissing, name in servers.all.values]).toEqual([name, isMissing, !isMissing]);
  }
});

test("ticks: pods come and go between them, and a gap of one is no whole tick", () => {
  const server = pods(
    ["a", 0, { node: "na", sent: 0 }],
    ["a", 10_000, { node: "na", sent: 10 }],
    ["b", 10_050, { node: "nb", sent: 5, startedS: 4 }],
    ["a", 20_000, { node: "na", sent: 20 }],
    ["a", 30_000, { node: "na", sent: 30 }],
    ["b", 30_050, { node: "nb", sent: 25, startedS: 4 }],
  );
  const ticks = scrapeTicks(server);
  expect(ticks.map(({ isWhole }) => isWhole)).toEqual([true, true, false, true]);
  expect(growth(spansOfTick(ticks[1]!, ticks[0]!), "outgoing").value?.packets).toBe(15);
});

test("participants by pod are those of the rooms that lived there: a server also counts those that only pass", () => {
  const server = pods(
    ["a", 0, { node: "na", rooms: 0 }],
    ["b", 0, { node: "nb", rooms: 0 }],
    ["c", 0, { node: "nc", rooms: 0 }],
    ["d", 0, "refused"],
  );
  const homes = new RoomHomes();
  for (const [room, nodeId] of [
    ["r1", "na"],
    ["r2", "nb"],
    ["r3", "na"],
  ] as const) {
    homes.add({ askedAtMs: 1, room, nodeId, error: null });
  }
  const rooms = [["r1", 5] as const, ["r2", 7] as const, ["r3", 1] as const];
  expect(homes.participantsByPod(rooms, server)).toEqual(
    new Map([
      ["a", 6],
      ["b", 7],
      ["c", 0],
    ]),
  );
  expect(homes.participantsByPod([...rooms, ["r4", 2] as const], server)).toEqual(new Map());
});
