/** When the load began, was whole, and ended. */
import type { HostInputs } from "./host-result.ts";
import type { Armed, LoadFile } from "./raw.ts";
import type { Result } from "./result.ts";
import { steadyOf } from "./settle.ts";
import type { TimeRange } from "./window.ts";

export type Phases = {
  phases: Result["phases"];
  /** From the common start to the last end that is known; of no length when there was no load. */
  loadRange: TimeRange;
  /** Why there is no steady window. */
  steadyReason: string;
};

/** @param used the hosts that were armed */
export function phasesOf(armed: Armed | null, load: LoadFile | null, used: readonly HostInputs[]): Phases {
  const startAtMs = armed?.startAtMs ?? null;
  const processes = used.flatMap(({ stream }) => stream.segments.map((progress) => ({ stream, progress })));
  const connected = processes.map(({ progress }) => progress.finishedConnectingAtMs);
  const found = steadyOf(used.map(({ stream }) => stream));
  const steady = found === null || found === "none" ? null : found;
  const ends = processes.flatMap(({ stream, progress }) => {
    const end = progress.exitedAtMs ?? (progress.attempts > 0 ? stream.lastLineAtMs : null);
    return end === null ? [] : [end];
  });
  const endAtMs = ends.length > 0 ? Math.max(...ends) : null;
  const fromMs = startAtMs ?? load?.startedAtMs ?? 0;
  const rampEndAtMs = connected.length > 0 && !connected.includes(null) ? latest(connected) : null;
  const rampToMs = steady?.settle.fromMs ?? rampEndAtMs;
  return {
    phases: {
      startAtMs,
      rampEndAtMs,
      ramp: startAtMs === null || rampToMs === null ? null : { fromMs: startAtMs, toMs: rampToMs },
      settle: steady === null ? null : steady.settle,
      steady:
        steady === null
          ? null
          : { ...steady.window, durationMs: Math.round(steady.window.toMs - steady.window.fromMs) },
      drain:
        steady === null || endAtMs === null || endAtMs < steady.window.toMs
          ? null
          : { fromMs: steady.window.toMs, toMs: endAtMs },
      endAtMs,
    },
    loadRange: { fromMs, toMs: Math.max(fromMs, endAtMs ?? load?.endedAtMs ?? fromMs) },
    steadyReason:
      found === "none"
        ? "no process reached its full load: there is no steady window"
        : "the processes were never at their full load at the same time: there is no steady window",
  };
}

function latest(times: readonly (number | null)[]): number {
  return Math.max(...times.filter((time) => time !== null));
}
