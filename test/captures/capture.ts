/**
 * Makes the captures in this folder from a real lk and a real livekit-server:
 *   node test/captures/capture.ts <lk> <livekit-server> [name…]
 * Not a test: run it by hand when a new lk release is to be supported, and commit what it writes.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { RoomServiceClient } from "livekit-server-sdk";
import { keepLine } from "../../src/metrics/prometheus.ts";
import type { Plan, Segment } from "../../src/plan/plan.ts";

const apiKey = "devkey";
const apiSecret = "0123456789abcdef0123456789abcdef";
const here = import.meta.dirname;

type Lab = { lk: string; httpPort: number; metricsPort: number };
type Lk = { child: ChildProcess; exit: Promise<number> };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** The host's side of a stream: stamps lines on arrival and redacts access tokens, as the playbooks do. */
class Stream {
  readonly lines: string[] = [];

  write(source: string, text: string): void {
    const time = ((performance.timeOrigin + performance.now()) / 1000).toFixed(6);
    this.lines.push(`${time} ${source} ${text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "[token]")}`);
  }
}

function startLk(lab: Lab, stream: Stream, source: string, args: string[], environment: NodeJS.ProcessEnv = {}): Lk {
  const startedAt = performance.now();
  const child = spawn(lab.lk, ["perf", "load-test", ...args], {
    env: {
      PATH: "/usr/bin:/bin",
      HOME: tmpdir(),
      LIVEKIT_URL: `http://127.0.0.1:${lab.httpPort}`,
      LIVEKIT_API_KEY: apiKey,
      LIVEKIT_API_SECRET: apiSecret,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errorUs = Math.round((performance.now() - startedAt) * 1000);
  stream.write("sup", `event=started segment=${source} attempt=1 pid=${child.pid} error_us=${errorUs}`);
  let lines = 0;
  const closed = [child.stdout, child.stderr].map(async (pipe) => {
    for await (const line of createInterface({ input: pipe })) {
      lines++;
      stream.write(source, line);
    }
  });
  const exit = (async () => {
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    await Promise.all(closed);
    const status = code ?? (signal === "SIGKILL" ? 137 : 130);
    stream.write("sup", `event=exited segment=${source} attempt=1 code=${status} lines=${lines}`);
    return status;
  })();
  return { child, exit };
}

const sum = (rows: number[][], column: number) => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
const numbers = (text: string, radix = 10) =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => Number.parseInt(word, radix));

/** One `smp` line of this machine, in the words of docs/host-protocol.md. */
async function sample(pids: Map<string, number>, first: boolean): Promise<string> {
  const read = (path: string) => readFile(path, "utf8");
  const words: string[] = first ? ["hz=100"] : [];
  for (const match of (await read("/proc/stat")).matchAll(/^cpu(\d+) (.+)$/gm)) {
    words.push(
      `c${match[1]}=${numbers(match[2] ?? "")
        .slice(0, 8)
        .join(",")}`,
    );
  }
  const memory = await read("/proc/meminfo");
  const kb = (name: string) => new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(memory)?.[1] ?? "0";
  words.push(`mem=${kb("MemTotal")},${kb("MemAvailable")}`);
  for (const match of (await read("/proc/net/dev")).matchAll(/^\s*(\S+?):(.+)$/gm)) {
    const counters = numbers(match[2] ?? "");
    words.push(`n.${match[1]}=${[0, 1, 2, 3, 8, 9, 10, 11].map((i) => counters[i]).join(",")}`);
  }
  const udp = [...(await read("/proc/net/snmp")).matchAll(/^Udp: (\d.+)$/gm)].map((m) => numbers(m[1] ?? ""));
  words.push(`udp=${[0, 1, 2, 3, 4, 5].map((i) => udp[0]?.[i]).join(",")}`);
  const softnet = (await read("/proc/net/softnet_stat"))
    .trim()
    .split("\n")
    .map((line) => numbers(line, 16));
  words.push(`soft=${[0, 1, 2].map((column) => sum(softnet, column)).join(",")}`);
  const sockets = await read("/proc/net/sockstat");
  const socket = (pattern: RegExp) => pattern.exec(sockets)?.[1] ?? "0";
  words.push(`sock=${socket(/sockets: used (\d+)/)},${socket(/TCP: inuse (\d+)/)},${socket(/UDP: inuse (\d+)/)}`);
  const files = numbers(await read("/proc/sys/fs/file-nr"));
  words.push(`fd=${files[0]},${files[2]}`);
  for (const [segment, pid] of pids) {
    const stat = await read(`/proc/${pid}/stat`).catch(() => undefined);
    if (stat === undefined) continue;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    words.push(`p.${segment}=${pid},${fields[11]},${fields[12]},${Number(fields[21]) * 4},0`);
  }
  return words.join(" ");
}

async function startServer(binary: string, httpPort: number, metricsPort: number) {
  const folder = await mkdtemp(join(tmpdir(), "lkload-capture-"));
  const config = join(folder, "livekit.yaml");
  await writeFile(
    config,
    `port: ${httpPort}
bind_addresses: ["127.0.0.1"]
rtc:
  node_ip: 127.0.0.1
  use_external_ip: false
  enable_loopback_candidate: true
  interfaces: {includes: [lo]}
  udp_port: ${await freePort()}
  tcp_port: 0
keys: {${apiKey}: "${apiSecret}"}
prometheus: {port: ${metricsPort}}
logging: {level: error}
`,
  );
  const child = spawn(binary, ["--config", config], { stdio: "ignore" });
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/`).catch(() => undefined);
    if (answer?.ok) break;
    if (attempt === 100 || child.exitCode !== null) throw new Error("livekit-server did not come up");
    await delay(100);
  }
  return {
    async stop() {
      child.kill("SIGKILL");
      await once(child, "exit");
      await rm(folder, { recursive: true });
    },
  };
}

/** Families that the analysis does not look at: left out to keep the capture small. */
const bulky = /^livekit_(jitter|rtt|psrpc|node|quality|webhook|forward|packet_out|room_dur|session_(dur|start)|peer)/;

const args = (room: string, video: number, audio: number, subscribers: number, durationS: number, codec = "vp8") => [
  "--room",
  room,
  "--identity-prefix",
  `${room}-x`,
  "--duration",
  `${durationS}s`,
  "--num-per-second",
  "5",
  "--video-publishers",
  `${video}`,
  "--audio-publishers",
  `${audio}`,
  "--subscribers",
  `${subscribers}`,
  "--video-codec",
  codec,
  "--video-resolution",
  "low",
];

/** One process, its lines only. */
const streams: Record<string, (lab: Lab, stream: Stream) => Promise<void>> = {
  async normal(lab, stream) {
    await startLk(lab, stream, "s1", args("normal", 1, 2, 3, 6)).exit;
  },
  async "subscribers-only"(lab, stream) {
    await startLk(lab, stream, "s1", args("subs", 0, 0, 2, 3)).exit;
  },
  async "publishers-only"(lab, stream) {
    await startLk(lab, stream, "s1", args("pubs", 1, 2, 0, 3)).exit;
  },
  async "layout-cap"(lab, stream) {
    await startLk(lab, stream, "s1", args("cap", 0, 8, 2, 5)).exit;
  },
  async "wrong-secret"(lab, stream) {
    const wrong = { LIVEKIT_API_SECRET: "this-is-not-the-secret-of-that-key" };
    await startLk(lab, stream, "s1", args("wrong", 0, 1, 2, 2), wrong).exit;
  },
  async "server-down"(lab, stream) {
    const down = { LIVEKIT_URL: `http://127.0.0.1:${await freePort()}` };
    await startLk(lab, stream, "s1", args("down", 0, 1, 2, 2), down).exit;
  },
  async "bad-codec"(lab, stream) {
    await startLk(lab, stream, "s1", args("codec", 1, 0, 1, 3, "av9")).exit;
  },
  async "interrupt-hold"(lab, stream) {
    const lk = startLk(lab, stream, "s1", args("hold", 0, 1, 2, 60));
    while (!stream.lines.some((line) => line.includes("Finished connecting"))) await delay(20);
    await delay(2000);
    lk.child.kill("SIGINT");
    await lk.exit;
  },
  async "interrupt-ramp"(lab, stream) {
    const lk = startLk(lab, stream, "s1", args("ramp", 0, 1, 40, 60));
    await delay(2000);
    lk.child.kill("SIGINT");
    await lk.exit;
  },
  async "no-such-flag"(lab, stream) {
    await startLk(lab, stream, "s1", ["--room", "flag", "--publisher-count", "3"]).exit;
  },
};

/** A whole run folder: two hosts, three processes, two rooms; one room spans both hosts. */
async function captureRun(lab: Lab, folder: string): Promise<void> {
  const numPerSecond = 5;
  const [holdMs, leadMs] = [12_000, 2000];
  const segment = (id: string, host: string, room: string, video: number, audio: number, subscribers: number) => ({
    id,
    host,
    room,
    identityPrefix: `cap-${id}`,
    videoPublishers: video,
    audioPublishers: audio,
    subscribers,
    startOffsetMs: 0,
    rampMs: ((Math.max(video, audio) + subscribers - 1) * 1000) / numPerSecond,
    holdMs,
  });
  const segments: Segment[] = [
    segment("s1", "h1", "room-a", 1, 2, 3),
    segment("s2", "h2", "room-a", 0, 0, 3),
    segment("s3", "h2", "room-b", 0, 1, 2),
  ];
  const room = (name: string, video: number, audio: number, subscribers: number) => ({
    name,
    publishers: Math.max(video, audio),
    videoPublishers: video,
    audioPublishers: audio,
    subscribers,
    startOffsetMs: 0,
    expectedTracksPerSubscriber: { min: video + audio, max: video + audio },
  });
  const plan: Plan = {
    schema: "lkload/plan",
    version: 1,
    runId: "capture-1",
    name: "capture",
    scenario: null,
    fleet: "local",
    openstack: null,
    kubernetes: null,
    minHosts: 2,
    livekitUrl: "http://127.0.0.1:7880",
    hosts: [
      { name: "h1", address: "local", participants: 5 },
      { name: "h2", address: "local", participants: 6 },
    ],
    rooms: [room("room-a", 1, 2, 6), room("room-b", 0, 1, 2)],
    segments,
    totals: {
      participants: 11,
      publishers: 3,
      videoPublishers: 1,
      audioPublishers: 3,
      subscribers: 8,
      product: "5 + 6 = 11 participants",
    },
    lk: {
      videoResolution: "low",
      videoCodec: "vp8",
      layout: "speaker",
      simulcast: true,
      simulateSpeakers: false,
      numPerSecond,
    },
    timing: { rampMs: 800, durationMs: holdMs, totalMs: 800 + holdMs },
    thresholds: [
      { metric: "loss", op: "<=", value: 2.5, unit: "%", origin: "default" },
      { metric: "trackSubscribeP99", op: "<=", value: 400, unit: "ms", origin: "default" },
      { metric: "participantsJoined", op: ">=", value: 100, unit: "%", origin: "default" },
      { metric: "hostsFinished", op: ">=", value: 100, unit: "%", origin: "default" },
    ],
    probes: null,
    warnings: [],
    expiresAfterMs: 3_600_000,
  };
  const rooms: object[] = [];
  const scrapes: object[] = [];
  const client = new RoomServiceClient(`http://127.0.0.1:${lab.httpPort}`, apiKey, apiSecret);
  const observe = async () => {
    const polledAtMs = Date.now();
    const seen = [];
    for (const { name } of await client.listRooms()) {
      const people = await client.listParticipants(name);
      const tracks = people.map((person) => person.tracks.length);
      const publishers = tracks.filter((count) => count > 0).length;
      const publishedTracks = tracks.reduce((total, count) => total + count, 0);
      seen.push({ name, participants: people.length, publishers, publishedTracks });
    }
    rooms.push({ polledAtMs, tookMs: Date.now() - polledAtMs, rooms: seen, error: null });
    const scrapedAtMs = Date.now();
    const body = await (await fetch(`http://127.0.0.1:${lab.metricsPort}/metrics`)).text();
    const text = body
      .split("\n")
      .filter((line) => keepLine(line) && !bulky.test(line))
      .join("\n");
    const url = "http://127.0.0.1:6789/metrics";
    scrapes.push({ polledAtMs: scrapedAtMs, tookMs: Date.now() - scrapedAtMs, url, text, error: null });
  };

  await observe();
  const startAtMs = Date.now() + leadMs;
  const hosts = new Map(
    plan.hosts.map((host) => [host.name, { stream: new Stream(), pids: new Map<string, number>() }]),
  );
  for (const [name, { stream }] of hosts) {
    const mine = segments.filter((s) => s.host === name).length;
    const at = (startAtMs / 1000).toFixed(6);
    stream.write("sup", `event=armed at=${at} segments=${mine} deadline=${(startAtMs / 1000 + 90).toFixed(6)}`);
  }
  const stop = new AbortController();
  const sampling = (async () => {
    for (let first = true; !stop.signal.aborted; first = false) {
      for (const { stream, pids } of hosts.values()) stream.write("smp", await sample(pids, first));
      await delay(1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  await delay(startAtMs - Date.now());
  const observing = (async () => {
    while (!stop.signal.aborted) {
      await observe();
      await delay(4000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  const running = segments.map(async (s) => {
    const host = hosts.get(s.host);
    if (!host) throw new Error(`no host ${s.host}`);
    const asked = args(s.room, s.videoPublishers, s.audioPublishers, s.subscribers, holdMs / 1000);
    asked[3] = s.identityPrefix;
    const lk = startLk(lab, host.stream, s.id, asked);
    if (lk.child.pid !== undefined) host.pids.set(s.id, lk.child.pid);
    return lk.exit;
  });
  await Promise.all(running);
  for (const { stream } of hosts.values()) stream.write("sup", "event=done reason=finished");
  const endedAtMs = Date.now();
  stop.abort();
  await Promise.all([sampling, observing]);
  await delay(30_000);
  await observe();

  const clock = { offsetMs: 0, errorMs: 0.2, roundTrips: 20, measuredAtMs: startAtMs - 1000 };
  const names = plan.hosts.map((host) => host.name);
  const facts = { os: "Linux", kernel: "6.1", arch: "amd64", cores: availableParallelism(), memoryKb: null, other: {} };
  const files: Record<string, object> = {
    "plan.json": plan,
    "run.json": {
      schema: "lkload/run",
      version: 1,
      runId: "capture-1",
      lkloadVersion: "0.1.0",
      createdAtMs: startAtMs - 5000,
      command: "lkload run",
      controller: { node: "24", platform: "linux", cores: 2 },
      gitSha: null,
    },
    "configured.json": {
      schema: "lkload/configured",
      version: 1,
      hosts: names.map((name) => ({
        name,
        status: "ready",
        error: null,
        facts,
        warnings: [],
        durationMs: 1000,
        tuning: { applied: false, reason: "borrowed", knobs: [] },
        lk: { version: "2.18.2", sha256: "0".repeat(64), path: "lk", source: "path" },
      })),
    },
    "armed.json": {
      schema: "lkload/armed",
      version: 1,
      startAtMs,
      hosts: names.map((name) => ({ name, clock, startAtHostMs: startAtMs, error: null })),
    },
    "clocks-after.json": {
      schema: "lkload/clocks-after",
      version: 1,
      hosts: names.map((name) => ({ name, clock: { ...clock, measuredAtMs: endedAtMs }, error: null })),
    },
    "load.json": {
      schema: "lkload/load",
      version: 1,
      startedAtMs: startAtMs,
      endedAtMs,
      outcome: "finished",
      reason: null,
      hosts: names.map((name) => ({ name, collected: true, streamBytes: 0, error: null })),
    },
  };
  await mkdir(join(folder, "observe"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), `${JSON.stringify(content, undefined, 2)}\n`);
  }
  const ndjson = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await writeFile(join(folder, "observe", "rooms.ndjson"), ndjson(rooms));
  await writeFile(join(folder, "observe", "livekit-metrics.ndjson"), ndjson(scrapes));
  for (const [name, { stream }] of hosts) {
    await mkdir(join(folder, "hosts", name), { recursive: true });
    await writeFile(join(folder, "hosts", name, "stream.log"), `${stream.lines.join("\n")}\n`);
  }
}

const [lk, server, ...wanted] = process.argv.slice(2);
if (lk === undefined || server === undefined) throw new Error("usage: capture.ts <lk> <livekit-server> [name…]");

/** A server of its own for each capture: what one leaves behind is not in the next. */
async function withServer(capture: (lab: Lab) => Promise<void>): Promise<void> {
  const lab: Lab = { lk: lk ?? "", httpPort: await freePort(), metricsPort: await freePort() };
  const running = await startServer(server ?? "", lab.httpPort, lab.metricsPort);
  try {
    await capture(lab);
  } finally {
    await running.stop();
  }
}

for (const [name, capture] of Object.entries(streams)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const stream = new Stream();
  await withServer((lab) => capture(lab, stream));
  await mkdir(join(here, "lk-2.18.2"), { recursive: true });
  await writeFile(join(here, "lk-2.18.2", `${name}.log`), `${stream.lines.join("\n")}\n`);
}
if (wanted.length === 0 || wanted.includes("run")) await withServer((lab) => captureRun(lab, join(here, "run")));
