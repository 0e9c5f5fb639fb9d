/** What the listener to RTP costs a host: its own CPU time, at a rate at which it reads all streams, and far above it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startLabHosts } from "../lab/hosts.ts";
import { runCommand } from "../lab/run-command.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { statFields } from "./cpu-time.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";

const playbook = join(import.meta.dirname, "..", "..", "playbooks", "rtp-watch");
const sender = join(import.meta.dirname, "..", "playbook", "send-rtp.py");
const python = "/usr/bin/python3";
const seconds = 30;
/** Before the share is found. */
const settleMs = 5000;
const rates = [1600, 8000];

export const rtpWatch: Measurement = {
  name: "rtp-watch",
  tools: ["ip", "nft", "sshd"],
  async run({ progress, signal }: BenchContext): Promise<Row[]> {
    await using lab = await startLabHosts({ count: 1, signal });
    const [host] = lab.hosts;
    if (host === undefined) throw new Error("no lab host");
    const rows: Row[] = [];
    for (const rate of rates) {
      progress.say(`rtp-watch: CPU time over ${seconds} s of ${rate} packets per second`);
      rows.push(await measure(host.namespace, rate, signal));
    }
    return rows;
  },
};

async function measure(namespace: string, packetsPerSecond: number, signal: AbortSignal): Promise<Row> {
  await using dir = await tempDir("rtp-watch");
  const stream = join(dir.path, "stream.log");
  const inside = ["netns", "exec", namespace, python];
  const watch = spawn("ip", [...inside, "-IS", playbook], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"], LKLOAD_GENERATOR: dir.path },
  });
  const exited = once(watch, "exit");
  watch.stdout.pipe(createWriteStream(stream));
  try {
    const { pid } = watch;
    if (pid === undefined) throw new Error("the listener did not start");
    const plan = join(dir.path, "plan.json");
    const streams = Array.from({ length: 64 }, (_, index) => {
      const count = Math.round((packetsPerSecond * (seconds + 2 * (settleMs / 1000))) / 64);
      return {
        payloadType: index % 2 === 0 ? 111 : 96,
        ssrc: index,
        from: 0,
        count,
        spacing: 64 / packetsPerSecond,
        step: 960,
      };
    });
    await writeFile(plan, JSON.stringify({ streams }));
    const sent = runCommand("ip", [...inside, sender, plan, join(dir.path, "pids")]);
    const readsStreams = async () => / (?:audio|video)=/.test(await readFile(stream, "utf8").catch(() => ""));
    for (let tries = 0; !(await readsStreams()); tries++) {
      if (tries > 300) throw new Error("the listener saw no packet within 30 s");
      await delay(100, undefined, { signal });
    }
    await delay(settleMs, undefined, { signal });
    const ticksPerSecond = Number(await runCommand("getconf", ["CLK_TCK"]));
    const linesBefore = (await readFile(stream, "utf8")).split("\n").length;
    const before = sum(await statFields(pid));
    const startedAt = performance.now();
    await delay((seconds - settleMs / 1000) * 1000, undefined, { signal });
    const ticks = sum(await statFields(pid)) - before;
    const elapsedMs = performance.now() - startedAt;
    const lines = (await readFile(stream, "utf8")).split("\n").slice(linesBefore);
    await sent;
    const share = 2 ** Math.max(...lines.map((line) => Number(/bits=(\d+)/.exec(line)?.[1] ?? 0)));
    const counted = lines.reduce((total, line) => {
      return total + [...line.matchAll(/(?:audio|video)=\d+,(\d+)/g)].reduce((all, [, n]) => all + Number(n), 0);
    }, 0);
    return {
      name: `rtp-watch, CPU at ${packetsPerSecond.toLocaleString("en")} packets/s`,
      unit: "% of a core",
      measured: ((ticks / ticksPerSecond) * 1000 * 100) / elapsedMs,
      peer: null,
      target: { kind: "at-most", value: 3 },
      note: `${share === 1 ? "all streams" : `1 of ${share} streams`} read, ${Math.round(counted / lines.filter((line) => line !== "").length)} packets/s`,
    };
  } finally {
    watch.kill("SIGTERM");
    await exited;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
