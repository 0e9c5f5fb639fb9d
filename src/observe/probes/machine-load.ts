/** How busy the probes' own machine and process are: above a limit their times say nothing about the target. */
import { cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { cpuUsage } from "node:process";
import type { ProbeLineOf } from "../../metrics/probes/lines.ts";

type MachineNote = Omit<ProbeLineOf<"machine">, "schema" | "version" | "atMs">;

/** Gives, at each call, what happened since the call before. */
export function machineLoad(): () => MachineNote {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let before = { atMs: Date.now(), at: performance.now(), cores: cpus(), own: cpuUsage() };
  return () => {
    const now = { atMs: Date.now(), at: performance.now(), cores: cpus(), own: cpuUsage() };
    const cores = now.cores.map(({ times }, index) => {
      const was = before.cores[index]?.times ?? times;
      const total = sum(times) - sum(was);
      return total <= 0 ? 0 : percent(1 - (times.idle - was.idle) / total);
    });
    const used = (now.own.user - before.own.user + now.own.system - before.own.system) / 1000;
    const ownCpuPercent = percent(used / (now.at - before.at));
    // The timer itself is due every 10 ms: what is above that is delay.
    const longestDelayMs = Math.max(0, Math.round(delay.max / 1e4) / 100 - 10);
    const fromMs = before.atMs;
    delay.reset();
    before = now;
    return { kind: "machine", fromMs, cores, ownCpuPercent, longestDelayMs };
  };
}

const sum = (times: Record<string, number>): number => Object.values(times).reduce((total, one) => total + one, 0);
const percent = (share: number): number => Math.round(share * 1000) / 10;
