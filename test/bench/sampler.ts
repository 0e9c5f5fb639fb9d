/** What the sampler costs a host: its own CPU time over a minute, with all the processes that it started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, readFile, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startLabHosts } from "../lab/hosts.ts";
import { runCommand } from "../lab/run-command.ts";
import { statFields } from "./cpu-time.ts";
import type { BenchContext, Measurement, Row } from "./measurement.ts";

const durationMs = 60_000;
/** An lk process of 100 participants has some hundred sockets, and the sampler counts them. */
const openFiles = 600;
const playbook = join(import.meta.dirname, "..", "..", "playbooks", "sampler.sh");

export const sampler: Measurement = {
  name: "sampler",
  tools: ["ip", "nft", "sshd"],
  async run({ progress, signal }: BenchContext): Promise<Row[]> {
    // In a namespace of its own: a load generator has one or two interfaces, this machine may have many.
    await using lab = await startLabHosts({ count: 1, signal });
    const [host] = lab.hosts;
    if (host === undefined) throw new Error("no lab host");
    await using files = await manyOpenFiles(openFiles);
    // Two segments, both this process: it is there, and has as many open files as lk would.
    await writeFile(join(lab.dir, "pids"), `s1 ${process.pid}\ns2 ${process.pid}\n`);
    const stream = join(lab.dir, "stream.log");
    // `ip netns exec` becomes bash: the process id is the sampler's own.
    const child = spawn("ip", ["netns", "exec", host.namespace, "bash", playbook], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"], LKLOAD_GENERATOR: lab.dir },
    });
    child.stdout.pipe(createWriteStream(stream));
    try {
      const { pid } = child;
      if (pid === undefined) throw new Error("the sampler did not start");
      progress.say(`sampler: CPU time over ${durationMs / 1000} s`);
      // Starting bash is not what a minute of sampling costs.
      await delay(2000, undefined, { signal });
      const ticksPerSecond = Number(await runCommand("getconf", ["CLK_TCK"]));
      const before = await cpuTicks(pid);
      const startedAt = performance.now();
      await delay(durationMs, undefined, { signal });
      const ticks = (await cpuTicks(pid)) - before;
      const elapsedMs = performance.now() - startedAt;
      const text = await readFile(stream, "utf8");
      const samples = text.split("\n").filter((line) => / smp /.test(line));
      const needed = Math.floor(durationMs / 1000);
      if (samples.length < needed) throw new Error(`the sampler took ${samples.length} samples, not ${needed}`);
      const cores = samples.at(-1)?.match(/ c\d+=/g)?.length ?? 0;
      return [
        {
          name: "sampler, CPU",
          unit: "% of a core",
          measured: ((ticks / ticksPerSecond) * 1000 * 100) / elapsedMs,
          peer: null,
          target: { kind: "at-most", value: 1 },
          note: `over ${durationMs / 1000} s with ${cores} cores, 2 interfaces and 2 lk processes of ${files.count} open files`,
        },
      ];
    } finally {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
  },
};

async function cpuTicks(pid: number): Promise<number> {
  return (await statFields(pid)).reduce((total, ticks) => total + ticks, 0);
}

async function manyOpenFiles(count: number): Promise<AsyncDisposable & { count: number }> {
  const handles: FileHandle[] = [];
  for (let i = 0; i < count; i++) handles.push(await open("/dev/null"));
  return {
    count,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}
