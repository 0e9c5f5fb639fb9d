/** The command line of lk's load test. Secrets never stand in it: lk takes them from its environment. */
import { formatDuration } from "../config/duration.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import type { Plan, Segment } from "../plan/plan.ts";

export type LkVersion = {
  /** Release number, such as `2.18.2`. */
  readonly lkVersion: string;
};

/**
 * The words after `lk` for one segment, for any release since 2.0.0; all of them know all of these flags.
 * A value is joined to its flag by `=`, so that no value can be taken for a flag.
 * @throws {LkloadError} exit code 2 for a release that this does not know; exit code 1 for a segment that lk would
 * run as something else.
 */
export function lkArguments(segment: Segment, lk: Plan["lk"], { lkVersion }: LkVersion): string[] {
  refuseCoercion(segment);
  return [
    ...command(lkVersion),
    `--room=${segment.room}`,
    `--identity-prefix=${segment.identityPrefix}`,
    `--duration=${formatDuration(segment.holdMs)}`,
    `--video-publishers=${segment.videoPublishers}`,
    `--audio-publishers=${segment.audioPublishers}`,
    `--subscribers=${segment.subscribers}`,
    `--video-resolution=${lk.videoResolution}`,
    `--video-codec=${lk.videoCodec}`,
    `--layout=${lk.layout}`,
    `--num-per-second=${lk.numPerSecond}`,
    ...(lk.simulcast ? [] : ["--no-simulcast"]),
    ...(lk.simulateSpeakers ? ["--simulate-speakers"] : []),
  ];
}

/**
 * The host's `segments.tsv` for `generator.sh`: per segment one line of its id, its start after the common start in
 * microseconds, and the words after `lk`, separated by tabs.
 */
export function segmentsTsv(segments: readonly Segment[], lk: Plan["lk"], version: LkVersion): string {
  return segments
    .map((segment) => {
      const words = [segment.id, String(segment.startOffsetMs * 1000), ...lkArguments(segment, lk, version)];
      for (const word of words) refuseSeparator(word, segment.id);
      return `${words.join("\t")}\n`;
    })
    .join("");
}

/** `lk perf load-test` came with 2.4.6; `lk load-test` is older and still accepted, but hidden. */
function command(lkVersion: string): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(lkVersion);
  const [major, minor, patch] = match ? match.slice(1).map(Number) : [];
  if (major === undefined || minor === undefined || patch === undefined || major < 2) {
    throw new LkloadError(exitCodes.usage, `lk ${lkVersion}: lkload works with lk 2.0.0 and later`, {
      hint: "set livekit.cli.version to a release such as 2.18.2",
    });
  }
  const hasPerf = major > 2 || minor > 4 || (minor === 4 && patch >= 6);
  return hasPerf ? ["perf", "load-test"] : ["load-test"];
}

/** lk makes other numbers of some without a word: no participants become two, no duration becomes 1,000 hours. */
function refuseCoercion(segment: Segment): void {
  const participants = segment.videoPublishers + segment.audioPublishers + segment.subscribers;
  if (participants > 0 && segment.holdMs > 0) return;
  throw new LkloadError(
    exitCodes.bug,
    `segment ${segment.id} has ${participants} participants for ${segment.holdMs} ms`,
  );
}

function refuseSeparator(word: string, id: string): void {
  if (word !== "" && !/[\t\n\r\0]/.test(word)) return;
  throw new LkloadError(exitCodes.bug, `segment ${id}: ${JSON.stringify(word)} does not fit into segments.tsv`);
}
