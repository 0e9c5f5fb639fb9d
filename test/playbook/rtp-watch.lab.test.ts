/** The listener against packets whose fate is known: made here, sent over the loopback of a namespace of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLabHosts, type LabHost, type LabHosts } from "../lab/hosts.ts";
import { runCommand } from "../lab/run-command.ts";
import { tempDir } from "../lab/temp-dir.ts";

const script = join(import.meta.dirname, "../../playbooks/rtp-watch");
// Not a version manager's shim, which is a script of its own.
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const sender = join(import.meta.dirname, "send-rtp.py");

let lab: LabHosts;
let host: LabHost;
beforeAll(async () => {
  lab = await startLabHosts({ count: 1 });
  const [first] = lab.hosts;
  if (first === undefined) throw new Error("no host");
  host = first;
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

type Counts = {
  streams: number[];
  expected: number;
  received: number;
  late: number;
  duplicate: number;
  last: number[];
};
type Seen = { kinds: Record<string, Counts>; lines: string[]; foreign: number; bits: number[] };

/** Listens while packets are sent as the plan says, and adds up the lines. */
async function listen(plan: object, options: { owner?: "sender" | "nobody" } = {}): Promise<Seen> {
  await using dir = await tempDir("rtp");
  const planFile = join(dir.path, "plan.json");
  await writeFile(planFile, JSON.stringify(plan));
  const watch = spawn("ip", ["netns", "exec", host.namespace, python, "-IS", script], {
    env: { PATH: process.env["PATH"], LKLOAD_GENERATOR: dir.path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(watch, "exit");
  const lines: string[] = [];
  const reader = createInterface({ input: watch.stdout });
  const closed = once(reader, "close");
  const ready = Promise.withResolvers<void>();
  reader.on("line", (line) => {
    lines.push(line);
    ready.resolve();
  });
  await ready.promise;
  const pids = options.owner === "nobody" ? "/dev/null" : join(dir.path, "pids");
  await runCommand("ip", ["netns", "exec", host.namespace, python, sender, planFile, pids]);
  watch.kill("SIGTERM");
  await Promise.all([exited, closed]);
  return addUp(lines);
}

function addUp(lines: string[]): Seen {
  const seen: Seen = { kinds: {}, lines, foreign: 0, bits: [] };
  for (const line of lines) {
    expect(line).toMatch(/^\d+\.\d{6} rtp /);
    for (const word of line.split(" ").slice(2)) {
      const [key = "", value = ""] = word.split("=");
      if (key === "foreign") seen.foreign += Number(value);
      else if (key === "bits") seen.bits.push(Number(value));
      else if (key === "dropped") expect(value).toBe("0");
      else if (["audio", "video", "rtx"].includes(key)) {
        const [streams = 0, expected = 0, received = 0, late = 0, duplicate = 0, ...last] = value
          .split(",")
          .map(Number);
        const kind = (seen.kinds[key] ??= { streams: [], expected: 0, received: 0, late: 0, duplicate: 0, last: [] });
        kind.streams.push(streams);
        kind.expected += expected;
        kind.received += received;
        kind.late += late;
        kind.duplicate += duplicate;
        kind.last = last;
      }
    }
  }
  return seen;
}

test("what was not sent is missing, over the wrap of sequence numbers, for IPv4 and IPv6, audio and video", async () => {
  const seen = await listen({
    streams: [
      { payloadType: 111, ssrc: 11, from: 65_400, count: 400, skip: [10, 11, 200, 399], step: 960 },
      { payloadType: 96, ssrc: 12, from: 65_000, count: 1000, skip: [1, 535, 536, 537, 538], step: 3000 },
      { payloadType: 96, ssrc: 13, from: 0, count: 1000, skip: [500], step: 3000, ip: 6 },
    ],
  });
  // The last packet of the first was never sent: nobody can tell that it is missing.
  expect(seen.kinds["audio"]).toMatchObject({ expected: 399, received: 396, late: 0, duplicate: 0 });
  expect(seen.kinds["video"]).toMatchObject({ expected: 2000, received: 1994, late: 0, duplicate: 0 });
  expect(Math.max(...(seen.kinds["video"]?.streams ?? []))).toBe(2);
  expect(seen.foreign).toBe(0);
});

test("late packets are no loss, repeated ones are no packets, and a new beginning is not loss", async () => {
  const seen = await listen({
    streams: [
      {
        payloadType: 96,
        ssrc: 21,
        from: 0,
        count: 500,
        step: 3000,
        delay: { "100": 3, "200": 50 },
        repeat: [300, 301],
      },
      { payloadType: 96, ssrc: 22, from: 0, count: 500, step: 3000, jump: { "250": 20_000 } },
    ],
  });
  expect(seen.kinds["video"]).toMatchObject({ expected: 1000, received: 1000, late: 2, duplicate: 2 });
});

test("retransmissions are told apart by payload type, probes by their padding", async () => {
  const seen = await listen({
    streams: [
      { payloadType: 96, ssrc: 31, from: 0, count: 500, skip: [5, 6], step: 3000 },
      { payloadType: 97, ssrc: 32, from: 40_000, count: 20, padded: [3, 4, 5], step: 0 },
    ],
  });
  expect(seen.kinds["video"]).toMatchObject({ expected: 500, received: 498 });
  expect(seen.kinds["rtx"]).toMatchObject({ expected: 20, received: 20 });
  expect(seen.kinds["rtx"]?.last).toEqual([expect.any(Number)]);
  const probes = seen.lines.flatMap((line) => / rtx=(\S+)/.exec(line)?.[1]?.split(",")[5] ?? []);
  expect(probes.reduce((sum, count) => sum + Number(count), 0)).toBe(3);
});

test("packets to other processes, RTCP and STUN do not count", async () => {
  const other = await listen(
    { streams: [{ payloadType: 96, ssrc: 41, from: 0, count: 500, skip: [7], step: 3000, seconds: 4 }] },
    { owner: "nobody" },
  );
  expect(other.kinds).toEqual({});
  expect(other.foreign).toBe(499);
  const control = await listen({
    streams: [
      { payloadType: 72, marker: true, ssrc: 42, from: 0, count: 50, step: 0 },
      { firstByte: 0x00, payloadType: 1, ssrc: 43, from: 0, count: 50, step: 0 },
    ],
  });
  expect(control.kinds).toEqual({});
  expect(control.foreign).toBe(0);
});

test("jitter is that of RFC 3550: nothing for an even stream, what is put in for an uneven one", async () => {
  const seen = await listen({
    streams: [
      // Every other packet says that it was made 20 ms later than its time of sending tells.
      { payloadType: 111, ssrc: 51, from: 0, count: 150, step: 960, spacing: 0.02, swing: 960 },
    ],
  });
  const [mean = 0] = seen.kinds["audio"]?.last ?? [];
  expect(mean).toBeGreaterThan(18_000);
  expect(mean).toBeLessThan(22_000);
});

test("more packets than it may read: it reads a share of whole streams, says so, and stays below 3 % of a core", async () => {
  // Some 25,000 packets per second: more than any processor reads in 3 % of a core's time.
  const count = 128;
  const streams = Array.from({ length: count }, (_, index) => {
    return { payloadType: 96, ssrc: index, from: 0, count: 2400, skip: [1200], step: 3000, seconds: 12 };
  });
  const seen = await listen({ streams });
  // The seconds in which the share had been found; the first and the last one are not whole.
  const found = seen.lines
    .filter((line) => line.includes(" video="))
    .slice(5, -1)
    .map((line) => /bits=(\d+) cpu_us=(\d+) .*video=(\d+)/.exec(line)?.slice(1).map(Number) ?? []);
  expect(found.length).toBeGreaterThan(3);
  for (const [bits = 0, , read] of found) {
    expect(bits).toBeGreaterThan(0);
    expect(read).toBe(count / 2 ** bits);
  }
  expect(found.reduce((sum, [, cpuUs = 0]) => sum + cpuUs, 0) / found.length).toBeLessThan(30_000);
  const { expected, received } = seen.kinds["video"] ?? { expected: 0, received: 0 };
  expect(expected - received).toBeGreaterThan(0);
}, 60_000);

test("without the right to read packets it says so and ends", async () => {
  const child = spawn("setpriv", ["--bounding-set", "-net_raw", python, "-IS", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/^\d+\.\d{6} rtp reason=reading packets needs root or CAP_NET_RAW$/)]);
});

test("ends with its parent", async () => {
  await using dir = await tempDir("rtp");
  const parent = spawn("bash", ["-c", `${python} -IS ${script} & echo $!; wait`], {
    env: { PATH: process.env["PATH"], LKLOAD_GENERATOR: dir.path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: parent.stdout });
  const closed = once(lines, "close");
  let pid = "";
  for await (const line of lines) {
    if (pid === "") pid = line;
    // It listens: now its parent goes away.
    else parent.kill("SIGKILL");
  }
  await closed;
  expect(pid).toMatch(/^\d+$/);
  // Gone, or not yet waited for.
  expect(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).toBe("");
}, 30_000);
