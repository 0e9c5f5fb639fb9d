/** CPU time, which other work on the machine does not stretch as it does the time of day. */
import { readdir, readFile, readlink } from "node:fs/promises";
import type { LabHosts } from "../lab/hosts.ts";
import { runCommand } from "../lab/run-command.ts";

export type CpuTime = { controllerSeconds: number; hostSeconds: number };

/** So far: of this process's children that have ended, with theirs, and of everything that runs on the hosts but the load itself. */
export async function cpuTime(lab: LabHosts): Promise<CpuTime> {
  const ticksPerSecond = Number(await runCommand("getconf", ["CLK_TCK"]));
  const networks = new Set(await Promise.all(lab.hosts.map(({ pid }) => readlink(`/proc/${pid}/ns/net`))));
  const children = sum((await statFields(process.pid)).slice(2));
  let hosts = 0;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end meanwhile: then its parent has its time.
    const network = await readlink(`/proc/${name}/ns/net`).catch(() => "");
    if (!networks.has(network) || (await isLoad(name))) continue;
    hosts += sum(await statFields(Number(name)).catch(() => []));
  }
  return { controllerSeconds: children / ticksPerSecond, hostSeconds: hosts / ticksPerSecond };
}

/** What was started goes on at a second's pace: how much of it falls into a measurement says nothing. */
async function isLoad(pid: string): Promise<boolean> {
  return /(generator|sampler)\.sh|become-lk|rtp-watch/.test(
    await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
  );
}

/** utime, stime, and those of children that have ended (proc_pid_stat(5), fields 14 to 17), in ticks. */
export async function statFields(pid: number): Promise<number[]> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).map(Number);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
