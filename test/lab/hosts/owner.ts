/** Who owns what the lab has made, told in a file, so that the next run can remove what a killed one left. */
import { readFile } from "node:fs/promises";

/** A process, told apart from a later one of the same id by the time of its start. */
export type Owner = { pid: number; startTicks: string };

export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, startTicks: (await startTicksOf(process.pid)) ?? "" };
}

export async function isAlive(owner: Owner): Promise<boolean> {
  return (await startTicksOf(owner.pid)) === owner.startTicks;
}

/** In ticks since boot (proc_pid_stat(5), field 22). */
async function startTicksOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The second field is the command's name in parentheses, and may itself hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
