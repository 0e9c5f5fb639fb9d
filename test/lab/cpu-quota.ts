import { access, mkdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A control group that gives its processes at most so much CPU time. Needs root. */
export interface CpuQuota extends AsyncDisposable {
  /** Writing a process id here puts the process under the quota. */
  readonly procsFile: string;
  /** Changes the limit, of the processes that are under it already too. */
  limit(cores: number): Promise<void>;
}

const periodUs = 100_000;

/** @param cores CPU time per time, in cores: 0.5 is half a core. */
export async function cpuQuota(name: string, cores: number): Promise<CpuQuota> {
  const unified = await exists("/sys/fs/cgroup/cgroup.controllers");
  const dir = join(unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu", `lkload-lab-${process.pid}-${name}`);
  await mkdir(dir);
  const limit = async (cores: number) => {
    const quotaUs = Math.round(cores * periodUs);
    if (unified) return writeFile(join(dir, "cpu.max"), `${quotaUs} ${periodUs}`);
    await writeFile(join(dir, "cpu.cfs_period_us"), String(periodUs));
    await writeFile(join(dir, "cpu.cfs_quota_us"), String(quotaUs));
  };
  try {
    if (unified) await writeFile("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
    await limit(cores);
  } catch (error) {
    await rmdir(dir);
    throw error;
  }
  return { procsFile: join(dir, "cgroup.procs"), limit, [Symbol.asyncDispose]: () => rmdir(dir) };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
