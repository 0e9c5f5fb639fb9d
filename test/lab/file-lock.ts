/** A lock between processes: a file that names its holder. Dead holders are found out and pushed aside. */
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits while another living process holds the lock.
 *
 * Two processes that find the same dead holder at the same instant may, rarely, both go on: what the lock guards must
 * stay correct without it.
 * @param onWait called once, with the holder's process id, when there is something to wait for.
 */
export async function takeFileLock(
  path: string,
  options: { signal: AbortSignal; onWait: (pid: number) => void },
): Promise<AsyncDisposable> {
  // Written aside and linked into place, so that a lock is never seen without its holder.
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, `${process.pid} ${(await startTime(process.pid)) ?? ""}\n`);
  try {
    for (let waited = false; !(await linked(own, path));) {
      options.signal.throwIfAborted();
      const holder = await livingHolder(path);
      if (holder === undefined) continue;
      if (!waited) options.onWait(holder);
      waited = true;
      await delay(250, undefined, { signal: options.signal });
    }
  } finally {
    await rm(own, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The holder's process id; undefined when the lock is free, or has just been taken from a dead holder. */
async function livingHolder(path: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const [pidText = "", startedAt = ""] = text.trim().split(" ");
  const pid = Number(pidText);
  if (await isAlive(pid, startedAt)) return pid;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    await rm(aside);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  return undefined;
}

async function isAlive(pid: number, startedAt: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return false;
  }
  // Process ids are used again, after a reboot soon: the time of the start tells the holder from its namesake.
  const actual = await startTime(pid);
  return actual === undefined || startedAt === "" || actual === startedAt;
}

/** In ticks since boot (proc_pid_stat(5), field 22); undefined where there is no /proc. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
