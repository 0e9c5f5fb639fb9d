/** Whether the probes' own machine was the limit. */
import { onEndTime, saturatedForMs, saturatedPercent } from "../saturation.ts";
import type { TimeRange } from "../window.ts";
import type { ProbeLineOf } from "./lines.ts";

/** A process that is late for its timers by more than this in one second of twenty is too busy to time others. */
const mostDelayMs = 50;
/** Share of the seconds in the steady window that must have a sample. */
const leastSamples = 0.9;

type Machine = ProbeLineOf<"machine">;
export type MachineFigures = {
  cores: number;
  maxCorePercent: number;
  maxCore: number;
  saturatedMs: number;
  meanOwnCpuPercent: number;
  longestDelayMs: number;
  samples: number;
  samplesExpected: number;
};

/** Null when nothing was sampled in the time. */
export function machineFigures(lines: readonly Machine[], range: TimeRange): MachineFigures | null {
  const within = lines.filter(({ fromMs, atMs }) => fromMs >= range.fromMs && atMs <= range.toMs);
  if (within.length === 0) return null;
  const cores = Math.max(...within.map((line) => line.cores.length));
  let [maxCorePercent, maxCore, saturatedMs] = [0, 0, 0];
  for (let core = 0; core < cores; core++) {
    let onEndMs = 0;
    for (const line of within) {
      const percent = line.cores[core] ?? 0;
      if (percent > maxCorePercent) [maxCorePercent, maxCore] = [percent, core];
      onEndMs = percent > saturatedPercent ? onEndMs + line.atMs - line.fromMs : 0;
      saturatedMs = Math.max(saturatedMs, onEndMs);
    }
  }
  const own = within.reduce((sum, line) => sum + line.ownCpuPercent, 0) / within.length;
  return {
    cores,
    maxCorePercent,
    maxCore,
    saturatedMs: onEndTime(saturatedMs),
    meanOwnCpuPercent: Math.round(own * 10) / 10,
    longestDelayMs: Math.max(...within.map((line) => line.longestDelayMs)),
    samples: within.length,
    samplesExpected: Math.floor((range.toMs - range.fromMs) / 1000),
  };
}

/** Why the probes' figures cannot be trusted; null when they can. */
export function machineDistrust(lines: readonly Machine[], range: TimeRange): string | null {
  const figures = machineFigures(lines, range);
  if (figures === null) return "the probes' machine was not sampled";
  if (figures.saturatedMs >= saturatedForMs) {
    const seconds = Math.round(figures.saturatedMs / 100) / 10;
    return `the probes' machine was saturated: a core was above ${saturatedPercent} % for ${seconds} s`;
  }
  // One may fall on either side of the window's edges.
  if (figures.samples + 1 < leastSamples * figures.samplesExpected) {
    return `the probes' machine was sampled ${figures.samples} times of ${figures.samplesExpected}: it may have been saturated unseen`;
  }
  const delays = lines
    .filter(({ fromMs, atMs }) => fromMs >= range.fromMs && atMs <= range.toMs)
    .map(({ longestDelayMs }) => longestDelayMs)
    .sort((a, b) => a - b);
  const usual = delays[Math.ceil(0.95 * delays.length) - 1] ?? 0;
  return usual > mostDelayMs
    ? `the probes' process was late for its own timers, by ${Math.round(usual)} ms and more in one second of twenty`
    : null;
}
