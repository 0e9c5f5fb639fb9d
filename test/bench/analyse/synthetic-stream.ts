/** A host's `stream.log` as docs/host-protocol.md has it: supervisor, sampler and one lk of 2.18.2. */
import { formatDuration } from "../../../src/config/duration.ts";
import { publisherCount, type HostPlan, type Plan, type Segment } from "../../../src/plan/plan.ts";
import { random } from "./random.ts";
import { loadingTable, summaryTable, type Subscriber } from "./synthetic-tables.ts";

export type StreamOf = { plan: Plan; host: HostPlan; startAtMs: number; offsetMs: number; seed: number };

const cores = 4;
const samplerLeadMs = 5000;

export function syntheticStream({ plan, host, startAtMs, offsetMs, seed }: StreamOf): string {
  const next = random(seed);
  const hostStartMs = startAtMs + offsetMs;
  const segments = plan.segments.filter((segment) => segment.host === host.name);
  const endMs = hostStartMs + plan.timing.totalMs + 1200;
  const lines: [number, string][] = [];
  const add = (atMs: number, text: string) => lines.push([atMs, `${(atMs / 1000).toFixed(6)} ${text}\n`]);

  const deadline = ((endMs + 60_000) / 1000).toFixed(6);
  const at = (hostStartMs / 1000).toFixed(6);
  add(hostStartMs - samplerLeadMs, `sup event=armed at=${at} segments=${segments.length} deadline=${deadline}`);
  for (const segment of segments) addSegment(add, segment, plan, hostStartMs, next);
  const segmentIds = segments.map(({ id }) => id);
  addSamples(add, hostStartMs - samplerLeadMs, endMs, segmentIds, next);
  add(endMs + 100, "sup event=done reason=finished");
  lines.sort(([a], [b]) => a - b);
  return lines.map(([, text]) => text).join("");
}

type Add = (atMs: number, text: string) => void;

function addSegment(add: Add, segment: Segment, plan: Plan, hostStartMs: number, next: () => number): void {
  const { id, identityPrefix: prefix, videoPublishers, audioPublishers, room } = segment;
  const say = (atMs: number, text: string) => add(atMs, `${id} ${text}`);
  const startMs = hostStartMs + segment.startOffsetMs + next() * 3;
  const errorUs = Math.round((startMs - hostStartMs - segment.startOffsetMs) * 1000);
  add(startMs, `sup event=started segment=${id} attempt=1 pid=4242 error_us=${errorUs}`);
  say(startMs + 80, "Using url, api-key, api-secret from environment");
  const counts = `${videoPublishers} video publishers, ${audioPublishers} audio publishers, ${segment.subscribers} subscribers`;
  say(startMs + 81, `Starting load test with ${counts}, room: ${room}`);

  const publishers = publisherCount(segment);
  const stepMs = 1000 / plan.lk.numPerSecond;
  const tracks: { sid: string; kind: "audio" | "video" }[] = [];
  for (let i = 0; i < publishers; i++) {
    const atMs = startMs + 90 + i * stepMs + next() * 60;
    if (i < audioPublishers) {
      say(atMs, `publishing audio track - ${prefix}_pub_${i}`);
      tracks.push({ sid: trackSid("AM", next), kind: "audio" });
    }
    if (i < videoPublishers) {
      say(atMs + 20, `publishing simulcast video track - ${prefix}_pub_${i}`);
      tracks.push({ sid: trackSid("VC", next), kind: "video" });
    }
  }
  const expected = plan.rooms.find(({ name }) => name === room)?.expectedTracksPerSubscriber ?? { min: 0, max: 0 };
  const subscribers: Subscriber[] = [];
  for (let i = publishers; i < publishers + segment.subscribers; i++) {
    const count = expected.min + Math.floor(next() * (expected.max - expected.min + 1));
    const mine = tracks.toSorted(() => next() - 0.5).slice(0, count);
    let atMs = startMs + 90 + i * stepMs + 120 + next() * 200;
    for (const [n, { sid, kind }] of mine.entries()) {
      say(atMs, `subscribed to track ${prefix}_${i} ${sid} ${kind} ${n + 1}/${count}`);
      atMs += next() * 25;
    }
    subscribers.push({ number: i - videoPublishers, tracks: mine, expected: tracks.length, next });
  }
  const heldMs = startMs + segment.rampMs + 100;
  say(heldMs, `Finished connecting to room, waiting ${formatDuration(segment.holdMs)}`);
  let tableMs = heldMs + segment.holdMs;
  for (const row of [...loadingTable(subscribers, segment.holdMs), ...summaryTable(subscribers)]) {
    say((tableMs += 0.002), row);
  }
  add(tableMs + 20, `sup event=exited segment=${id} attempt=1 code=0 lines=2500`);
}

function trackSid(kind: string, next: () => number): string {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  return `TR_${kind}${Array.from({ length: 12 }, () => letters[Math.floor(next() * letters.length)]).join("")}`;
}

function addSamples(add: Add, fromMs: number, toMs: number, segments: readonly string[], next: () => number): void {
  const ticks = Array.from({ length: cores }, () => [71_119, 0, 12_740, 1_899_070, 509, 0, 446, 93]);
  const bytes = { rx: 1_761_363_738, tx: 452_230, rxPackets: 64_747, txPackets: 40_127 };
  let softnet = 332_780;
  for (let n = 0, ms = Math.ceil(fromMs / 1000) * 1000; ms <= toMs; n++, ms += 1000) {
    for (const core of ticks) {
      const busy = Math.round(20 + next() * 40);
      core[0] = (core[0] ?? 0) + Math.round(busy * 0.6);
      core[2] = (core[2] ?? 0) + Math.round(busy * 0.3);
      core[6] = (core[6] ?? 0) + Math.round(busy * 0.1);
      core[3] = (core[3] ?? 0) + 100 - busy;
    }
    bytes.rx += Math.round(6e6 + next() * 1e6);
    bytes.tx += Math.round(1e6 + next() * 1e5);
    bytes.rxPackets += Math.round(7000 + next() * 500);
    bytes.txPackets += Math.round(2000 + next() * 200);
    softnet += 9000;
    const words = [
      ...(n === 0 ? ["hz=100"] : []),
      ...ticks.map((core, i) => `c${i}=${core.join(",")}`),
      `mem=8140372,${Math.round(6e6 - next() * 1e5)}`,
      "n.lo=1265365,2649,0,0,1265365,2649,0,0",
      `n.eth0=${bytes.rx},${bytes.rxPackets},0,0,${bytes.tx},${bytes.txPackets},0,0`,
      `udp=${bytes.rxPackets},12,0,${bytes.txPackets},0,0`,
      `soft=${softnet},0,15`,
      "sock=244,9,112",
      "fd=1975,9223372036854775807",
      ...segments.map(
        (id) => `p.${id}=4242,${900 + n * 40},${300 + n * 20},${180_000 + Math.round(next() * 9000)},420`,
      ),
    ];
    add(ms + 3 + next(), `smp ${words.join(" ")}`);
  }
}
