import { expect, test } from "vitest";
import { attribute, type AttributionInputs } from "../../../src/metrics/attribution/attribute.ts";
import { AnswerTimes } from "../../../src/metrics/attribution/answer-times.ts";
import type { HostResult } from "../../../src/metrics/result.ts";
import { clusterResult } from "../../report/sample-cluster.ts";
import { analysed, calmRun } from "../captured-run.ts";
import { node, pod, snapshot, startMs, usage } from "../kubernetes/lines.ts";

const base = analysed(calmRun());
const rtpLoss = (part: number, whole: number) => {
  return { part, whole, value: part / whole, source: "RTP on the hosts" } as const;
};

/** A host with time to spare that lost so many of 10,000 packets. */
function host(name: string, lost: number, changes: Partial<HostResult> = {}): HostResult {
  const like = base.hosts[0];
  if (like === undefined) throw new Error("no host in the captured run");
  return {
    ...like,
    name,
    maxCorePercent: 30,
    saturatedMs: 0,
    stealPercent: 0,
    maxCoreStealPercent: null,
    softnetDrops: 0,
    nicDrops: 0,
    udpRcvbufErrors: 0,
    rtp: { ...like.rtp, loss: rtpLoss(lost, 10_000), streamShare: 1, reason: null },
    ...changes,
  };
}

const prompt = { n: 20, failed: 0, lastError: null, connectP50Ms: 0.3, answerP50Ms: 2, answerP90Ms: 3 };
const slow = { ...prompt, answerP50Ms: 600, answerP90Ms: 900 };
const silent = { n: 0, failed: 0, lastError: null, connectP50Ms: null, answerP50Ms: null, answerP90Ms: null };

function found(changes: Partial<AttributionInputs>) {
  return attribute({
    answers: prompt,
    hosts: [host("a", 500), host("b", 0)],
    media: { rtp: { ...base.media.rtp, loss: rtpLoss(500, 20_000) }, loss: null },
    thresholds: [],
    servers: null,
    kubernetes: null,
    restarts: 0,
    participants: { intended: 10, joined: 10 },
    ...changes,
  }).findings;
}

const servers = (values: Record<string, number>): AttributionInputs["servers"] => {
  return { via: "urls", figures: [], all: { values, missing: [] }, each: [] };
};

test("nothing lost, late or missing: nothing to put down", () => {
  expect(found({ hosts: [host("a", 0), host("b", 4)] })).toEqual([]);
});

test("lost on the way to one host while both ends were idle: the network, with the other host as evidence", () => {
  const [finding, ...more] = found({});
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    what: "loss",
    hosts: ["a"],
    place: "network",
    text: "a did not get 5 % of its packets",
  });
  expect(finding?.evidence.map(({ text }) => text)).toEqual([
    "a: it dropped nothing itself, its busiest core was at 30 %",
    "LiveKit answered promptly: 2 ms to answer, 0.3 ms to connect (median of 20)",
    "nothing to speak of was lost on the way to b, of 10,000 packets",
  ]);
});

test.each([
  ["softnet", { softnetDrops: 480 }],
  ["the interface", { nicDrops: 300 }],
])("the host's own drops (%s) make up the loss: the generator", (_, drops) => {
  expect(found({ hosts: [host("a", 500, drops), host("b", 0)] })).toMatchObject([{ place: "generator" }]);
});

test("a few drops of its own do not explain the loss", () => {
  expect(found({ hosts: [host("a", 500, { softnetDrops: 10 }), host("b", 0)] })).toMatchObject([{ place: "network" }]);
});

test("a share of the streams was read: its drops are held against all of them", () => {
  const a = host("a", 500, { softnetDrops: 480 });
  a.rtp = { ...a.rtp, streamShare: 0.25 };
  expect(found({ hosts: [a, host("b", 0)] })).toMatchObject([{ place: "network" }]);
});

test("packets that found no room in lk's sockets: the generator, though the listener saw them", () => {
  expect(found({ hosts: [host("a", 0, { udpRcvbufErrors: 70 })] })).toMatchObject([
    { what: "loss", hosts: ["a"], place: "generator", text: "70 packets came to a but found no room in lk's sockets" },
  ]);
});

test.each([
  ["a saturated core", { saturatedMs: 9000, maxCorePercent: 99 }],
  ["stolen time", { stealPercent: 12 }],
])("%s, while another host was idle and lost nothing: the generator", (_, busy) => {
  expect(found({ hosts: [host("a", 500, busy), host("b", 0)] })).toMatchObject([{ place: "generator" }]);
});

test("a busy host alone: nothing to compare it with, unknown", () => {
  const [finding] = found({ hosts: [host("a", 500, { stealPercent: 12 })] });
  expect(finding).toMatchObject({ place: "unknown" });
  expect(finding?.evidence).toContainEqual({
    speaksFor: "generator",
    text: "a: 12 % of its CPU time was stolen by the hypervisor",
    source: "host counters",
  });
});

test("stolen time that a host which lost nothing had as well is not the reason: the network", () => {
  const [finding] = found({ hosts: [host("a", 500, { stealPercent: 6 }), host("b", 0, { stealPercent: 6.3 })] });
  expect(finding).toMatchObject({ place: "network" });
  expect(finding?.evidence).toContainEqual({
    speaksFor: null,
    text: "a: 6 % of its CPU time was stolen by the hypervisor: as much was from b (6.3 %), which lost nothing",
    source: "host counters",
  });
});

test.each([
  ["less was stolen from it", host("b", 0, { stealPercent: 4 })],
  [
    "it had far fewer packets",
    { ...host("b", 0, { stealPercent: 6 }), rtp: { ...base.hosts[0]!.rtp, loss: rtpLoss(0, 90) } },
  ],
  ["it lost some too", host("b", 100, { stealPercent: 6 })],
])("another host proves nothing about stolen time where %s", (_, other) => {
  const hosts = [host("a", 500, { stealPercent: 6, maxCoreStealPercent: 7 }), other];
  expect(found({ hosts })[0]).not.toMatchObject({ hosts: ["a"], place: "network" });
});

test("more was lost than stolen time can take: the target, if that is starved", () => {
  const stolen = { stealPercent: 6, maxCoreStealPercent: 8 };
  const [finding] = found({ answers: slow, hosts: [host("a", 3000, stolen), host("b", 2500, stolen)] });
  expect(finding).toMatchObject({ what: "loss", hosts: ["a", "b"], place: "target" });
  expect(finding?.evidence[0]?.text).toBe(
    "a: 6 % of its CPU time was stolen by the hypervisor: too little to explain 30 % of its packets",
  );
  const [doubtful] = found({ answers: slow, hosts: [host("a", 1500, stolen), host("b", 1200, stolen)] });
  expect(doubtful).toMatchObject({ place: "unknown" });
});

test("both ends busy: unknown", () => {
  expect(found({ answers: slow, hosts: [host("a", 500, { stealPercent: 12 }), host("b", 0)] })[0]).toMatchObject({
    place: "unknown",
  });
});

test("an idle host and a target that takes long to answer, but not to connect to: the target", () => {
  expect(found({ answers: slow, hosts: [host("a", 500), host("b", 400)] })).toMatchObject([
    { what: "loss", hosts: ["a", "b"], place: "target", text: "2 hosts did not get up to 5 % of their packets" },
    { what: "delay", place: "target" },
  ]);
});

test("drops that the target counted itself: the target", () => {
  expect(found({ servers: servers({ dropped: 450 }) })).toMatchObject([{ place: "target" }]);
});

test("requests that fail: the target", () => {
  expect(found({ answers: { ...prompt, failed: 5, lastError: "ECONNREFUSED" } })[0]).toMatchObject({ place: "target" });
});

test("a full node of the cluster: the target", () => {
  const kubernetes = clusterResult([
    snapshot(0, { nodes: [node("n1")], nodeMetrics: [usage("n1", startMs + 1000, 0.97 * 8)] }),
  ]);
  expect(found({ kubernetes })[0]).toMatchObject({ place: "target" });
});

test("a server pod near its CPU limit: the target; more than it requests: evidence that speaks for no place", () => {
  const used = (cpuCores: number) =>
    clusterResult([
      snapshot(0, {
        pods: [pod("a", { limits: { cpuCores: 3, memoryBytes: null } }), pod("b")],
        podMetrics: [usage("a", startMs + 1000, cpuCores), usage("b", startMs + 1000, 2.5)],
      }),
    ]);
  const [near] = found({ kubernetes: used(2.85) });
  expect(near).toMatchObject({ place: "target" });
  expect(near?.evidence).toContainEqual({
    speaksFor: "target",
    text: "the server pod a used 95 % of the 3 cores that it may use",
    source: "metrics-server",
  });
  const [spare] = found({ kubernetes: used(2.4) });
  expect(spare).toMatchObject({ place: "network" });
  expect(spare?.evidence).toContainEqual({
    speaksFor: null,
    text: "the server pod a used 80 % of the 3 cores that it may use",
    source: "metrics-server",
  });
  expect(spare?.evidence).toContainEqual({
    speaksFor: null,
    text: "the server pods together used 122.5 % of the CPU that they request",
    source: "metrics-server",
  });
});

test("half of the answers not prompt and one in ten very late, while connecting is quick: the target", () => {
  const answers = { ...prompt, connectP50Ms: 1.1, answerP50Ms: 24, answerP90Ms: 93 };
  expect(found({ answers })).toMatchObject([{ place: "target" }]);
});

test.each([
  ["half of the answers late, as under a quota", { answerP50Ms: 27, answerP90Ms: 32 }],
  ["one in ten very late", { answerP50Ms: 4, answerP90Ms: 136 }],
])("a target that is neither prompt nor clearly short of time (%s): unknown, not the network", (_, times) => {
  const [finding] = found({ answers: { ...prompt, connectP50Ms: 1.8, ...times } });
  expect(finding).toMatchObject({ place: "unknown" });
  expect(finding?.evidence.map(({ text }) => text).join()).toMatch(/LiveKit took .* one in ten \d+ ms or more/);
});

test("nothing known of the target: unknown, not the network", () => {
  expect(found({ answers: silent })).toMatchObject([{ place: "unknown" }]);
});

test("a host that was not sampled: unknown", () => {
  expect(found({ hosts: [host("a", 500, { maxCorePercent: null }), host("b", 0)] })).toMatchObject([
    { place: "unknown" },
  ]);
});

const late = { metric: "trackSubscribeP99", unit: "ms", status: "failed" } as AttributionInputs["thresholds"][number];

test("a broken latency limit and a way that is slow itself: the network", () => {
  const far = { ...prompt, connectP50Ms: 120, answerP50Ms: 125, answerP90Ms: 130 };
  expect(found({ answers: far, thresholds: [late], hosts: [host("a", 0)] })).toMatchObject([
    { what: "delay", place: "network", text: "slower than its limit: trackSubscribeP99" },
  ]);
});

test("a broken latency limit while everything was prompt: unknown", () => {
  expect(found({ thresholds: [late], hosts: [host("a", 0)] })).toMatchObject([{ what: "delay", place: "unknown" }]);
});

test("participants that did not join while a server went away: the target", () => {
  const participants = { intended: 10, joined: 7 };
  expect(found({ hosts: [host("a", 0)], participants, restarts: 1 })).toMatchObject([
    { what: "joins", place: "target", text: "3 of 10 participants did not join" },
  ]);
  expect(found({ hosts: [host("a", 0)], participants })).toMatchObject([{ what: "joins", place: "unknown" }]);
});

test("where RTP was not read, the servers' loss is of the whole run, and of the network only when all hosts were idle", () => {
  const media = {
    rtp: { ...base.media.rtp, loss: null },
    loss: { ...rtpLoss(200, 10_000), source: "server counters" },
  } as const;
  const unread = (name: string, changes: Partial<HostResult> = {}) => {
    const one = host(name, 0, changes);
    return { ...one, rtp: { ...one.rtp, loss: null } };
  };
  expect(found({ media, hosts: [unread("a")] })).toMatchObject([{ what: "loss", hosts: [], place: "network" }]);
  expect(found({ media, hosts: [unread("a"), unread("b", { stealPercent: 30 })] })).toMatchObject([
    { place: "unknown" },
  ]);
});

test("a silence of the target is told with its beginning, its reason and its length", () => {
  const times = new AnswerTimes();
  for (let i = 0; i < 10; i++) {
    const isAway = i >= 4 && i < 7;
    times.add({
      polledAtMs: i * 1000,
      connectMs: isAway ? null : 1,
      answerMs: isAway ? null : 2,
      error: isAway ? "refused" : null,
    });
  }
  expect(times.silences({ fromMs: 0, toMs: 10_000 })).toEqual([
    { atMs: 4000, text: "LiveKit does not answer: refused" },
    { atMs: 7000, text: "LiveKit answers again after 3 s" },
  ]);
});

test("answers count in the window only, and a percentile needs its samples", () => {
  const times = new AnswerTimes();
  for (let i = 0; i < 20; i++) times.add({ polledAtMs: i * 1000, connectMs: 1, answerMs: i, error: null });
  times.add({ polledAtMs: 20_000, connectMs: null, answerMs: null, error: "ECONNREFUSED" });
  expect(times.within({ fromMs: 0, toMs: 9000 })).toMatchObject({ n: 9, failed: 0, answerP50Ms: 4, answerP90Ms: null });
  expect(times.within({ fromMs: 5000, toMs: 30_000 })).toMatchObject({ n: 16, failed: 1, lastError: "ECONNREFUSED" });
  expect(times.within(null)).toMatchObject({ n: 0, answerP50Ms: null });
});
