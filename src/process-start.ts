/** Process ids are used again: the start time tells two processes apart. Linux; elsewhere nothing is known. */
import { readFileSync } from "node:fs";

/**
 * When a process was started, in the kernel's clock ticks. Null where there is no such process, or one that has ended
 * and was not waited for (as in a container without an init).
 */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** Whether the process that was started then is still there. */
export function isSameProcess(pid: number, started: string | null): boolean {
  const now = processStart(pid);
  return now !== null && now === started;
}
