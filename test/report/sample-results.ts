/** Whole results by hand, of every kind that the reports must tell apart. Deterministic: no clock, no chance. */
import type { Distribution, HostResult, Result, Series, Teardown, ThresholdResult } from "../../src/metrics/result.ts";
import { rtpSource, type RtpKind } from "../../src/metrics/rtp-result.ts";
import { resultSchema } from "../../src/metrics/result.ts";

export const startAtMs = Date.UTC(2026, 2, 14, 9, 26, 53, 500);

/** Evenly spread over 0..1, the same in every run. */
function wobble(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43758.5453;
  return value - Math.floor(value);
}

export interface SampleOptions {
  readonly hosts: number;
  readonly perHost: number;
  readonly rampSeconds: number;
  readonly totalSeconds: number;
  readonly coreLevel: number;
  /** Seconds without any host samples. */
  readonly gap: readonly [from: number, to: number] | null;
  /** Between the samples of one host. */
  readonly hostEverySeconds: number;
}

const usual: SampleOptions = {
  hosts: 10,
  perHost: 100,
  rampSeconds: 20,
  totalSeconds: 330,
  coreLevel: 58,
  gap: [190, 204],
  hostEverySeconds: 1,
};

function series(
  name: string,
  group: string,
  unit: string,
  source: Series["source"],
  options: SampleOptions,
  at: (second: number) => number | null,
  everySeconds = 1,
): Series {
  const points: Series["points"] = [];
  for (let second = 0; second <= options.totalSeconds; second += everySeconds)
    points.push([startAtMs + second * 1000, at(second)]);
  return { name, group, unit, source, host: null, points };
}

function runSeries(options: SampleOptions): Series[] {
  const { hosts, perHost, rampSeconds, totalSeconds, gap } = options;
  const total = hosts * perHost;
  const load = (s: number) => Math.max(0, Math.min(1, s / rampSeconds, (totalSeconds - s) / 4));
  const whole = (s: number) => (gap && s >= gap[0] && s < gap[1] ? null : load(s));
  const noisy = (s: number, seed: number, level: number, spread: number) => {
    const share = whole(s);
    return share === null ? null : share * (level + (wobble(s + seed) - 0.5) * spread);
  };
  return [
    series("intended", "participants", "", "plan", options, (s) => Math.round(total * Math.min(1, s / rampSeconds))),
    series("joined", "participants", "", "lk stream", options, (s) => Math.round(total * load(s - 1.2))),
    series(
      "seen by the server",
      "participants",
      "",
      "server rooms",
      options,
      (s) => Math.round(total * load(s - 3)),
      10,
    ),
    series("tracks subscribed", "tracks", "", "lk stream", options, (s) => Math.round(total * 0.9 * 11 * load(s - 2))),
    series("received by hosts", "bitrate", "bps", "host counters", options, (s) =>
      noisy(s, 1, total * 1.18e6, total * 6e4),
    ),
    series("sent by hosts", "bitrate", "bps", "host counters", options, (s) => noisy(s, 2, total * 2.1e5, total * 1e4)),
    series("busiest core of all", "busiest core", "%", "host counters", options, (s) =>
      noisy(s, 3, options.coreLevel, 9),
    ),
    series(
      "outgoing",
      "packet loss",
      "%",
      "server counters",
      options,
      (s) => (s < 10 ? null : 0.2 + wobble(s) * 0.35),
      10,
    ),
    series(
      "incoming",
      "packet loss",
      "%",
      "server counters",
      options,
      (s) => (s < 10 ? null : wobble(s + 7) * 0.08),
      10,
    ),
  ];
}

function coreSeries(options: SampleOptions, host: number, name: string, isHogged: boolean): Series {
  const level = isHogged ? 93 : options.coreLevel - 8 + wobble(host) * 9;
  const at = (second: number) => {
    if (options.gap && host % 4 === 1 && second >= options.gap[0] && second < options.gap[1]) return null;
    const share = Math.max(0.03, Math.min(1, second / options.rampSeconds, (options.totalSeconds - second) / 4));
    return Math.min(100, share * (level + (wobble(second * 31 + host) - 0.5) * 10));
  };
  return {
    ...series("busiest core", "busiest core", "%", "host counters", options, at, options.hostEverySeconds),
    host: name,
  };
}

function distribution(source: Distribution["source"], median: number, n: number, censored: number): Distribution {
  const ecdf: Distribution["ecdf"] = [];
  for (let step = 1; step <= 100; step++) {
    const share = step / 100;
    const value = Math.round(median * (0.55 + share * 0.75 + 0.9 * share ** 14) * 10) / 10;
    ecdf.push([value, (share * n) / (n + censored)]);
  }
  const at = (share: number) => ecdf.find(([, reached]) => reached >= share)?.[0] ?? null;
  const few = n + censored < 100;
  return {
    source,
    unit: "ms",
    n,
    censored,
    interpolated: false,
    note: null,
    ecdf,
    min: ecdf[0]?.[0] ?? null,
    mean: censored > 0 ? null : Math.round(median * 1.02),
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: few ? null : at(0.99),
    max: censored > 0 ? null : (ecdf.at(-1)?.[0] ?? null),
  };
}

/** Buckets as livekit-server has them. */
function histogram(n: number, p50: number, p90: number, p99: number): Distribution {
  const shares = [0.31, 0.984, 1, 1, 1, 1, 1];
  const ecdf = [100, 200, 500, 700, 1000, 5000, 10_000].map((le, index): [number, number] => [le, shares[index] ?? 1]);
  return {
    source: "server histogram",
    unit: "ms",
    n,
    censored: 0,
    min: null,
    mean: 141.2,
    p50,
    p90,
    p95: Math.round((p90 + p99) / 2),
    p99,
    max: null,
    interpolated: true,
    note: null,
    ecdf,
  };
}

const knobs = [
  ["net.core.rmem_max", "changed", "212992", "26214400"],
  ["net.core.wmem_max", "changed", "212992", "26214400"],
  ["net.core.somaxconn", "changed", "4096", "65535"],
  ["net.core.netdev_max_backlog", "changed", "1000", "250000"],
  ["net.ipv4.ip_local_port_range", "changed", "32768 60999", "1024 65535"],
  ["fs.file-max", "ok", "9223372036854775807", "9223372036854775807"],
  ["net.netfilter.nf_conntrack_max", "absent", "", ""],
  ["cpufreq governor", "denied", "schedutil", "schedutil"],
] as const;

const rtpShare = (part: number, whole: number) => ({ part, whole, value: part / whole, source: rtpSource }) as const;

function rtpKind(streams: number, expected: number, lost: number): RtpKind {
  return {
    streams,
    expected,
    received: expected - lost,
    loss: rtpShare(lost, expected),
    late: Math.round(expected * 0.0002),
    duplicate: 0,
    jitterMs: 1.284,
    maxJitterMs: 9.71,
  };
}

/** What a host of so many streams read in so many seconds, at a share of a quarter. */
function rtpFigures(streams: number, seconds: number, hosts: number) {
  const audio = rtpKind(streams, streams * 50 * seconds, Math.round(streams * 50 * seconds * 0.0038));
  const video = rtpKind(streams, streams * 92 * seconds, Math.round(streams * 92 * seconds * 0.0041));
  const lost = (audio.loss?.part ?? 0) + (video.loss?.part ?? 0);
  const expected = audio.expected + video.expected;
  const repaired = Math.round((video.loss?.part ?? 0) * 0.86);
  return {
    loss: rtpShare(lost, expected),
    repaired,
    lossAfterRepair: rtpShare(lost - repaired, expected),
    audio,
    video,
    streamShare: hosts > 1 ? 0.25 : 1,
    missed: 0,
  };
}

const noRtp = {
  loss: null,
  repaired: null,
  lossAfterRepair: null,
  audio: null,
  video: null,
  streamShare: null,
  missed: null,
};

function host(index: number, options: SampleOptions): HostResult {
  const name = `gen-${index + 1}`;
  const clock = (seed: number) => ({
    offsetMs: (wobble(seed) - 0.5) * 24,
    errorMs: 0.08 + wobble(seed + 1) * 0.3,
    roundTrips: 40,
    measuredAtMs: startAtMs - 9000,
  });
  const seconds = options.totalSeconds - options.rampSeconds;
  return {
    name,
    address: `ubuntu@10.1.0.${(index % 250) + 10}:22`,
    status: "finished",
    error: null,
    participants: { intended: options.perHost, joined: options.perHost },
    tracks: { expectedMin: options.perHost * 9, expectedMax: options.perHost * 10, subscribed: options.perHost * 10 },
    clockBefore: clock(index * 3),
    clockAfter: { ...clock(index * 3), offsetMs: clock(index * 3).offsetMs + 0.11 },
    startErrorMs: 0.4 + wobble(index + 50) * 1.4,
    retries: 0,
    maxCorePercent: options.coreLevel - 4 + wobble(index) * 9,
    maxCore: index % 4,
    saturatedMs: 0,
    meanCpuPercent: options.coreLevel * 0.6 + wobble(index + 9) * 4,
    stealPercent: wobble(index + 5) * 0.8,
    maxCoreStealPercent: wobble(index + 5) * 1.3,
    minMemoryAvailableKb: 5_900_000 + Math.round(wobble(index + 6) * 400_000),
    rxBps: options.perHost * (1.16e6 + wobble(index + 2) * 4e4),
    txBps: options.perHost * (2.1e5 + wobble(index + 3) * 8e3),
    udpRcvbufErrors: 0,
    udpSndbufErrors: 0,
    softnetDrops: 0,
    softnetSqueezes: Math.round(wobble(index + 4) * 40),
    nicDrops: 0,
    samples: seconds,
    samplesExpected: seconds,
    rtp:
      seconds > 0
        ? {
            ...rtpFigures(options.perHost, seconds, options.hosts),
            reason: null,
            seconds,
            secondsExpected: seconds,
            cpuPercent: 1.4 + wobble(index + 7),
          }
        : { ...noRtp, reason: "there was no steady window", seconds: 0, secondsExpected: 0, cpuPercent: null },
    configured: {
      name,
      status: "ready",
      error: null,
      facts: {
        os: "Ubuntu 24.04.2 LTS",
        kernel: "6.8.0-55-generic",
        arch: "x86_64",
        cores: 4,
        memoryKb: 8_131_000,
        other: { cpu: "AMD EPYC 7763", hypervisor: "kvm" },
      },
      tuning: {
        applied: true,
        reason: null,
        knobs: knobs.map(([knob, state, before, after]) => ({ name: knob, state, before, after })),
      },
      lk: {
        version: "2.18.2",
        sha256: "9f2c4be1a0d6e8b37745c1d2e3f4a5b6c7d8e9f00112233445566778899aabbc",
        path: "/var/tmp/lkload-1000/runs/x/lk",
        source: "download",
      },
      warnings: [],
      durationMs: 1830,
    },
  };
}

function threshold(
  metric: string,
  meaning: string,
  op: "<=" | ">=",
  target: number,
  unit: "%" | "ms",
  measured: number,
  n: number,
  source: ThresholdResult["source"],
  origin: "user" | "default" = "default",
): ThresholdResult {
  const status = (op === "<=" ? measured <= target : measured >= target) ? "passed" : "failed";
  return {
    metric,
    meaning,
    op,
    target,
    unit,
    origin,
    measured,
    source,
    n,
    window: source === "server counters" ? "steady" : "load",
    sliding: null,
    status,
    reason: null,
  };
}

function base(options: SampleOptions): Result {
  const total = options.hosts * options.perHost;
  const publishers = total / 10;
  const subscribers = total - publishers;
  const hosts = Array.from({ length: options.hosts }, (_, index) => host(index, options));
  const steady = {
    fromMs: startAtMs + (options.rampSeconds + 3) * 1000,
    toMs: startAtMs + (options.totalSeconds - 6) * 1000,
  };
  const steadyMs = steady.toMs - steady.fromMs;
  const packets = Math.round((total * 104 * steadyMs) / 1000);
  const share = (part: number, whole: number, source: Series["source"]) => ({
    part,
    whole,
    value: part / whole,
    source,
  });
  return {
    schema: "lkload/result",
    version: 1,
    run: {
      schema: "lkload/run",
      version: 1,
      runId: "20260314-092641-k7w2",
      lkloadVersion: "0.1.0",
      createdAtMs: startAtMs - 12_000,
      command: `lkload run -c lkload.yaml --scenario distributed-1000 --threshold loss='<= 2.5%'`,
      controller: { node: "24.21.0", platform: "linux x64", cores: 8 },
      gitSha: "4c2ce16",
    },
    name: "spring-capacity",
    scenario: "distributed-1000",
    lk: {
      videoResolution: "medium",
      videoCodec: "vp8",
      layout: "speaker",
      simulcast: true,
      simulateSpeakers: false,
      numPerSecond: 5,
    },
    timing: { rampMs: options.rampSeconds * 1000, durationMs: 300_000, totalMs: options.totalSeconds * 1000 },
    livekit: { url: "wss://livekit.example.com", serverVersion: "1.13.5" },
    verdict: {
      status: "pass",
      headline: `All 5 thresholds hold for ${total.toLocaleString("en-US")} participants, and nothing speaks against the measurement.`,
      reasons: [],
    },
    thresholds: [
      threshold(
        "loss",
        "packets lost of packets sent, by the servers' counters, steady window",
        "<=",
        2.5,
        "%",
        0.41,
        packets,
        "server counters",
      ),
      threshold(
        "trackSubscribeP99",
        "99th percentile of the track subscribe time, by the servers' histograms",
        "<=",
        400,
        "ms",
        312.5,
        subscribers * 10,
        "server histogram",
      ),
      threshold(
        "participantsJoined",
        "participants joined of participants intended",
        ">=",
        100,
        "%",
        100,
        total,
        "lk stream",
      ),
      threshold(
        "hostsFinished",
        "hosts whose every lk process ran to its end",
        ">=",
        100,
        "%",
        100,
        options.hosts,
        "supervisor",
      ),
      threshold(
        "firstTrackP90",
        "90th percentile from a subscriber's intended start to its first track",
        "<=",
        1500,
        "ms",
        742,
        subscribers,
        "lk stream",
        "user",
      ),
    ],
    warnings: ["num-per-second 12 is above what lk does; it starts 10 per second"],
    phases: {
      startAtMs,
      rampEndAtMs: startAtMs + options.rampSeconds * 1000,
      ramp: null,
      settle: null,
      drain: null,
      steady: { ...steady, durationMs: steadyMs },
      endAtMs: startAtMs + options.totalSeconds * 1000,
    },
    totals: {
      product: `${options.hosts} hosts × ${options.perHost} = ${total.toLocaleString("en-US")} participants`,
      hosts: { intended: options.hosts, finished: options.hosts },
      participants: { intended: total, joined: total, source: "lk stream" },
      publishers: { intended: publishers, joined: publishers },
      subscribers: { intended: subscribers, joined: subscribers },
      tracks: { expectedMin: subscribers * 9, expectedMax: subscribers * 10, subscribed: subscribers * 10 },
      rooms: options.hosts,
      serverParticipantsPeak: total,
    },
    start: { skewMs: 1.84, skewErrorMs: 0.7 },
    latency: {
      firstTrack: distribution("lk stream", 480, subscribers, 0),
      allTracks: distribution("lk stream", 910, subscribers, 0),
      publish: distribution("lk stream", 620, publishers, 0),
      serverTrackSubscribe: histogram(subscribers * 10, 128.2, 187.5, 312.5),
      serverTrackPublish: histogram(publishers * 2, 128.2, 187.5, 312.5),
      serverJoin: null,
    },
    media: {
      rtp: {
        ...rtpFigures(total, options.totalSeconds - options.rampSeconds, options.hosts),
        reason: null,
        hosts: { measured: options.hosts, expected: options.hosts },
      },
      loss: share(Math.round(packets * 0.0041), packets, "server counters"),
      lossReason: null,
      serverWindow: {
        fromMs: steady.fromMs - 4000,
        toMs: steady.toMs + 6000,
        note: "the scrapes nearest around the steady window",
      },
      incomingLoss: share(Math.round(packets * 0.00007), Math.round(packets * 0.14), "server counters"),
      retransmission: share(Math.round(packets * 0.0062), packets, "server counters"),
      packetsOut: packets,
      bytesOut: packets * 1120,
      packetsIn: Math.round(packets * 0.14),
      bytesIn: Math.round(packets * 0.14) * 1080,
      hostsRxBps: total * 1.18e6,
      hostsTxBps: total * 2.14e5,
      lkReportedDrops: share(Math.round(packets * 0.021), Math.round(packets * 1.021), "lk table"),
      lkReportedBitrateBps: total * 9.6e5,
    },
    coverage: {
      hosts: share(options.hosts, options.hosts, "supervisor"),
      hostSamples: share(options.hosts * 310 - 28, options.hosts * 310, "host counters"),
      roomPolls: share(33, 33, "server rooms"),
      scrapes: share(36, 36, "server counters"),
      serverParticipants: share(total, total, "server rooms"),
      kubernetesPolls: null,
    },
    errors: [],
    servers: null,
    rooms: hosts.map(({ name }) => ({
      homes: null,
      name: `load-test-room-${name}-k7w2`,
      intended: options.perHost,
      serverPeak: options.perHost,
      tracksSubscribed: options.perHost * 9,
      expectedTracksPerSubscriber: { min: 9, max: 10 },
    })),
    hosts,
    segments: hosts.map(({ name }, index) => ({
      id: `s${index + 1}`,
      host: name,
      room: `load-test-room-${name}-k7w2`,
      intended: { publishers: options.perHost / 10, subscribers: (options.perHost * 9) / 10 },
      attempts: 1,
      startErrorMs: 0.8,
      exitCode: 0,
      status: "finished",
      publishersJoined: options.perHost / 10,
      subscribersJoined: (options.perHost * 9) / 10,
      finishedConnecting: true,
      tracksSubscribed: options.perHost * 9,
      steadyFromMs: steady.fromMs,
      steadyToMs: steady.toMs,
      lkReported: { bitrateBps: 9.6e7, packets: 3_000_000, drops: 63_000, errors: 0 },
    })),
    series: [...runSeries(options), ...hosts.map(({ name }, index) => coreSeries(options, index, name, false))],
    attribution: {
      findings: [
        {
          what: "loss",
          hosts: ["gen-2"],
          text: "gen-2 did not get 0.41 % of its packets",
          place: "network",
          evidence: [
            {
              speaksFor: null,
              text: "gen-2: it dropped nothing itself, its busiest core was at 58.2 %",
              source: "host counters",
            },
            {
              speaksFor: null,
              text: "LiveKit answered promptly: 1.9 ms to answer, 0.4 ms to connect (median of 310)",
              source: "target answers",
            },
            {
              speaksFor: "network",
              text: "nothing to speak of was lost on the way to 9 other hosts, of 13,200,000 packets",
              source: "RTP on the hosts",
            },
          ],
        },
      ],
      answers: { n: 310, failed: 0, lastError: null, connectP50Ms: 0.4, answerP50Ms: 1.9, answerP90Ms: 3.2 },
    },
    kubernetes: null,
    probes: null,
    sources: {},
    events: [
      { atMs: startAtMs, text: "common start", host: null },
      { atMs: startAtMs + options.rampSeconds * 1000 + 1800, text: "all participants joined", host: null },
      ...(options.gap
        ? [
            { atMs: startAtMs + options.gap[0] * 1000, text: "SSH connection lost, the load goes on", host: "gen-2" },
            { atMs: startAtMs + options.gap[1] * 1000, text: "SSH connection back", host: "gen-2" },
          ]
        : []),
      { atMs: startAtMs + options.totalSeconds * 1000, text: "load ended", host: null },
    ],
  };
}

/** 10 × 100, all well but for a gap in the samples. */
export function passResult(options: Partial<SampleOptions> = {}): Result {
  return resultSchema.parse(base({ ...usual, ...options }));
}

/** Loss above the limit, a few participants never joined. */
export function failResult(): Result {
  const result = base(usual);
  const loss = 0.0317;
  result.verdict = {
    status: "fail",
    headline: "2 of 5 thresholds are broken: loss 3.17 % (limit 2.5 %) and 988 of 1,000 participants joined.",
    reasons: [
      { kind: "threshold", text: "loss is 3.17 %, the limit is 2.5 %", host: null },
      { kind: "threshold", text: "98.8 % of the participants joined, 100 % were asked for", host: null },
    ],
  };
  result.thresholds = result.thresholds.map((one) =>
    one.metric === "loss"
      ? { ...one, measured: 3.17, status: "failed" }
      : one.metric === "participantsJoined"
        ? { ...one, measured: 98.8, status: "failed" }
        : one,
  );
  result.media.loss = { ...result.media.loss!, value: loss, part: Math.round(result.media.loss!.whole * loss) };
  result.totals.participants.joined = 988;
  result.totals.subscribers.joined = 888;
  result.totals.tracks.subscribed = 8880;
  result.totals.serverParticipantsPeak = 988;
  result.coverage.serverParticipants = { part: 988, whole: 1000, value: 0.988, source: "server rooms" };
  result.latency.firstTrack = distribution("lk stream", 480, 888, 12);
  result.latency.allTracks = distribution("lk stream", 910, 880, 20);
  const seventh = result.hosts[6]!;
  seventh.participants.joined = 88;
  seventh.tracks.subscribed = 880;
  seventh.rxBps = 61e6;
  seventh.startErrorMs = 14.2;
  result.rooms[6]!.serverPeak = 88;
  result.errors = [
    {
      kind: "connect",
      message: "could not connect Sub <n>: unauthorized: invalid token: [redacted]",
      count: 12,
      hosts: ["gen-7"],
      first: "hosts/gen-7/stream.log:412",
    },
    {
      kind: "subscribe",
      message: "track subscription failed, lp:<id>, sid:<id>, rp:<id>",
      count: 31,
      hosts: ["gen-7", "gen-2", "gen-3", "gen-4", "gen-9"],
      first: "hosts/gen-7/stream.log:530",
    },
  ];
  result.series = result.series.map((one) =>
    one.group === "packet loss" && one.name === "outgoing"
      ? { ...one, points: one.points.map(([at, value]) => [at, value === null ? null : value * 8]) }
      : one,
  );
  return resultSchema.parse(result);
}

/** A hogged generator that also dropped UDP: nothing is proven. */
export function saturatedResult(): Result {
  const result = base(usual);
  const hogged = result.hosts[3]!;
  Object.assign(hogged, {
    maxCorePercent: 99.2,
    maxCore: 2,
    saturatedMs: 214_000,
    udpRcvbufErrors: 18_211,
    meanCpuPercent: 91,
    softnetSqueezes: 5120,
    rxBps: 74e6,
  });
  result.verdict = {
    status: "invalid",
    headline: "gen-4 could not keep up: core 2 was above 85 % for 3 min 34 s of the steady window.",
    reasons: [
      { kind: "saturated", text: "gen-4: core 2 was above 85 % for 3 min 34 s of the steady window", host: "gen-4" },
      { kind: "udp-drops", text: "gen-4: 18,211 UDP packets were dropped for want of buffer space", host: "gen-4" },
      {
        kind: "no-source",
        text: "retransmission was set as a threshold, but no metrics endpoint has the counter",
        host: null,
      },
    ],
  };
  result.thresholds.push({
    metric: "retransmission",
    meaning: "packets retransmitted of packets sent, by the servers' counters",
    op: "<=",
    target: 5,
    unit: "%",
    origin: "user",
    measured: null,
    source: null,
    n: null,
    window: "steady",
    sliding: null,
    status: "not judged",
    reason: "no source: the server does not report livekit_packet_total",
  });
  result.media.retransmission = null;
  result.series = result.series.map((one) => (one.host === "gen-4" ? coreSeries(usual, 3, "gen-4", true) : one));
  return resultSchema.parse(result);
}

/** No metrics endpoint: the server's figures are missing, and the report must say so. */
export function noMetricsResult(): Result {
  const result = base({ ...usual, hosts: 3, gap: null });
  const unjudged = (one: ThresholdResult): ThresholdResult => ({
    ...one,
    measured: null,
    source: null,
    n: null,
    status: "not judged",
    reason: "no source: no Prometheus endpoint of the server is configured (livekit.metrics)",
  });
  result.thresholds = result.thresholds.map((one) =>
    one.metric === "loss" || one.metric === "trackSubscribeP99" ? unjudged(one) : one,
  );
  result.verdict.headline = "3 thresholds hold; 2 could not be judged for want of a source.";
  result.media = {
    ...result.media,
    loss: null,
    lossReason: "no source: no Prometheus endpoint of the server is configured (livekit.metrics)",
    serverWindow: null,
    incomingLoss: null,
    retransmission: null,
    packetsOut: null,
    bytesOut: null,
    packetsIn: null,
    bytesIn: null,
  };
  result.latency = { ...result.latency, serverTrackSubscribe: null, serverTrackPublish: null, serverJoin: null };
  result.coverage.scrapes = null;
  result.livekit.serverVersion = null;
  result.series = result.series.filter(({ source }) => source !== "server counters");
  return resultSchema.parse(result);
}

/** Ended by Ctrl-C a few seconds into the ramp. */
export function interruptedResult(): Result {
  const result = base({ ...usual, hosts: 2, totalSeconds: 6, rampSeconds: 20, gap: null });
  result.verdict = {
    status: "invalid",
    headline: "The load was interrupted by SIGINT during the ramp.",
    reasons: [
      { kind: "interrupted", text: "the load was interrupted by SIGINT after 6 s", host: null },
      { kind: "no-steady-window", text: "the processes were never all steady at once", host: null },
      { kind: "lost-host", text: "gen-2 sent nothing back", host: "gen-2" },
    ],
  };
  result.thresholds = result.thresholds.map((one) => ({
    ...one,
    measured: null,
    source: null,
    n: null,
    status: "not judged",
    reason: "no source: no steady window",
  }));
  result.phases = {
    startAtMs,
    rampEndAtMs: null,
    ramp: null,
    settle: null,
    steady: null,
    drain: null,
    endAtMs: startAtMs + 6000,
  };
  result.totals.participants.joined = 31;
  result.totals.publishers.joined = 10;
  result.totals.subscribers.joined = 21;
  result.totals.tracks.subscribed = 140;
  result.totals.hosts.finished = 0;
  result.totals.serverParticipantsPeak = null;
  result.start = { skewMs: null, skewErrorMs: null };
  result.latency = {
    firstTrack: distribution("lk stream", 510, 21, 159),
    allTracks: null,
    publish: null,
    serverTrackSubscribe: null,
    serverTrackPublish: null,
    serverJoin: null,
  };
  result.media = {
    rtp: {
      ...noRtp,
      reason: "RTP was not read: no host with a subscriber told its end",
      hosts: { measured: 0, expected: 0 },
    },
    loss: null,
    lossReason: "no source: no steady window",
    serverWindow: null,
    incomingLoss: null,
    retransmission: null,
    packetsOut: null,
    bytesOut: null,
    packetsIn: null,
    bytesIn: null,
    hostsRxBps: null,
    hostsTxBps: null,
    lkReportedDrops: null,
    lkReportedBitrateBps: null,
  };
  result.coverage = {
    hosts: { part: 0, whole: 2, value: 0, source: "supervisor" },
    hostSamples: { part: 6, whole: 12, value: 0.5, source: "host counters" },
    kubernetesPolls: null,
    roomPolls: null,
    scrapes: null,
    serverParticipants: null,
  };
  for (const one of result.hosts) {
    Object.assign(one, {
      status: "partial",
      maxCorePercent: null,
      maxCore: null,
      saturatedMs: null,
      meanCpuPercent: null,
      stealPercent: null,
      maxCoreStealPercent: null,
      minMemoryAvailableKb: null,
      rxBps: null,
      txBps: null,
      udpRcvbufErrors: null,
      udpSndbufErrors: null,
      softnetDrops: null,
      softnetSqueezes: null,
      nicDrops: null,
      clockAfter: null,
      samples: 6,
      samplesExpected: 6,
    });
    one.participants.joined = 31;
  }
  Object.assign(result.hosts[1]!, {
    status: "lost",
    error: "SSH: connection closed by the host",
    samples: 0,
    startErrorMs: null,
    clockBefore: null,
    configured: null,
  });
  result.hosts[1]!.participants.joined = 0;
  result.rooms = result.rooms.map((room) => ({ ...room, serverPeak: null, tracksSubscribed: 70 }));
  result.series = result.series.filter(({ host, group }) => host !== "gen-2" && group !== "packet loss");
  return resultSchema.parse(result);
}

/** 150 hosts, half an hour: what the report's size is measured on. */
export function largeResult(): Result {
  const result = base({ ...usual, hosts: 150, totalSeconds: 1830, gap: [900, 1000], hostEverySeconds: 22 });
  Object.assign(result.hosts[41]!, { startErrorMs: 38.5, retries: 2 });
  Object.assign(result.hosts[97]!, { status: "lost", error: "SSH: no route to host", samples: 900 });
  return resultSchema.parse(result);
}

export function cleanTeardown(): Teardown {
  return {
    schema: "lkload/teardown",
    version: 1,
    finishedAtMs: startAtMs + 352_000,
    complete: true,
    leftovers: [],
    items: [
      { what: "lk processes", where: "10 hosts", made: 10, removed: 10, note: null },
      { what: "run folders on the hosts", where: "10 hosts", made: 10, removed: 10, note: null },
      { what: "kernel settings", where: "10 hosts", made: 50, removed: 50, note: "back to what they were" },
      { what: "rooms", where: "wss://livekit.example.com", made: 10, removed: 10, note: null },
    ],
  };
}

export function dirtyTeardown(): Teardown {
  const teardown = cleanTeardown();
  teardown.complete = false;
  teardown.items[2] = { ...teardown.items[2]!, removed: 45, note: "gen-7 did not answer" };
  teardown.leftovers = ["gen-7: 5 kernel settings are still changed (SSH: connection refused)"];
  return teardown;
}
