/** Short texts that the displays share. */
import { formatDuration } from "../../config/duration.ts";
import type { LiveHost, LiveLoad, PhaseName } from "../../run/events.ts";

const titles: Record<PhaseName, string> = {
  check: "Check the target",
  provision: "Provision hosts",
  configure: "Configure hosts",
  arm: "Arm hosts",
  load: "Load",
  collect: "Collect",
  analyse: "Analyse",
  report: "Report",
  destroy: "Destroy",
};

export function phaseTitle(phase: PhaseName): string {
  return titles[phase];
}

/** `4.2 s` below a minute, `2m5s` above. */
export function took(durationMs: number): string {
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  return formatDuration(Math.round(durationMs / 1000) * 1000);
}

export function megabits(bps: number | null): string {
  return bps === null ? "–" : (bps / 1e6).toFixed(bps < 10e6 ? 1 : 0);
}

export function percent(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)}%`;
}

/** The fleet as one host: sums, and the worst core. */
export function fleetOf(live: LiveLoad): LiveHost {
  const sum = (pick: (host: LiveHost) => number) => live.hosts.reduce((total, host) => total + pick(host), 0);
  const known = (pick: (host: LiveHost) => number | null) => {
    const values = live.hosts.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : values;
  };
  const total = (pick: (host: LiveHost) => number | null) => known(pick)?.reduce((a, b) => a + b, 0) ?? null;
  const cores = known((host) => host.maxCorePercent);
  return {
    host: "all",
    intended: sum((h) => h.intended),
    joined: sum((h) => h.joined),
    tracks: sum((h) => h.tracks),
    expectedTracks: sum((h) => h.expectedTracks),
    rxBps: total((h) => h.rxBps),
    txBps: total((h) => h.txBps),
    maxCorePercent: cores ? Math.max(...cores) : null,
    errors: sum((h) => h.errors),
    state: live.hosts.some((h) => h.state === "lost") ? "lost" : (live.hosts[0]?.state ?? "waiting"),
  };
}

/** `load 0:42 of 1:30, hold`. */
export function clockText(live: LiveLoad): string {
  const minutes = (ms: number) => {
    const seconds = Math.floor(Math.abs(ms) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  if (live.elapsedMs < 0) return `starts in ${minutes(-live.elapsedMs)}`;
  return `${minutes(live.elapsedMs)} of ${minutes(live.totalMs)}, ${live.stage}`;
}
