/** How many of each kind, from the counts that were given. Pure. */
import type { LoadConfig } from "./schema.ts";

/** Any of these may be given; the rest follows. */
export type GivenCounts = Pick<
  Partial<LoadConfig>,
  "participants" | "publishers" | "videoPublishers" | "audioPublishers" | "subscribers"
>;

/** For each host or for the whole run, as the configuration's `per` says. */
export type LoadCounts = {
  /** publishers + subscribers */
  participants: number;
  /** max(videoPublishers, audioPublishers): lk lets the first N publish both kinds. */
  publishers: number;
  videoPublishers: number;
  audioPublishers: number;
  subscribers: number;
};

export type CountName = keyof LoadCounts;
export type CountConflict = { counts: CountName[]; message: string };

export const countNames: readonly CountName[] = [
  "participants",
  "publishers",
  "videoPublishers",
  "audioPublishers",
  "subscribers",
];

const defaultParticipants = 100;
const publisherShare = 0.1;

/**
 * Fills in what was not given: 100 participants, 10 % of them publishers (at least one), all of those with audio and
 * half with video (rounded up), the rest subscribers.
 * @throws {RangeError} when the given counts contradict each other: see {@link countConflict}
 */
export function resolveCounts(given: GivenCounts): LoadCounts {
  const counts = derive(given);
  const conflict = conflictOf(given, counts);
  if (conflict) throw new RangeError(conflict.message);
  return counts;
}

/** What is contradictory about the given counts, in words; undefined when they fit. */
export function countConflict(given: GivenCounts): CountConflict | undefined {
  return conflictOf(given, derive(given));
}

function derive(given: GivenCounts): LoadCounts {
  const publishers = derivePublishers(given);
  const { video, audio } = deriveKinds(given, publishers);
  const subscribers = given.subscribers ?? (given.participants ?? defaultTotal(publishers)) - publishers;
  const participants = given.participants ?? publishers + subscribers;
  return { participants, publishers, videoPublishers: video, audioPublishers: audio, subscribers };
}

function derivePublishers(given: GivenCounts): number {
  const { participants, publishers, videoPublishers, audioPublishers, subscribers } = given;
  if (publishers !== undefined) return publishers;
  if (audioPublishers !== undefined) return Math.max(audioPublishers, videoPublishers ?? 0);
  if (participants !== undefined && subscribers !== undefined) return participants - subscribers;
  return Math.max(videoPublishers ?? 0, usualPublishers(participants, subscribers));
}

/** A tenth of all; where only the subscribers are known, a ninth of those makes a tenth of all. */
function usualPublishers(participants: number | undefined, subscribers: number | undefined): number {
  const share =
    participants === undefined && subscribers !== undefined
      ? (subscribers * publisherShare) / (1 - publisherShare)
      : (participants ?? defaultParticipants) * publisherShare;
  return Math.max(1, Math.round(share));
}

function deriveKinds(given: GivenCounts, publishers: number): { video: number; audio: number } {
  const audio = given.audioPublishers ?? publishers;
  // Publishers are the greater of the two: with audio for only some of them, all the others need video.
  const video = given.videoPublishers ?? (audio < publishers ? publishers : Math.ceil(publishers / 2));
  return { video, audio };
}

/** More publishers than the usual total: the usual share of subscribers comes on top. */
function defaultTotal(publishers: number): number {
  return publishers < defaultParticipants ? defaultParticipants : Math.round(publishers / publisherShare);
}

function conflictOf(given: GivenCounts, counts: LoadCounts): CountConflict | undefined {
  const { participants, publishers, videoPublishers, audioPublishers, subscribers } = counts;
  const named = countNames.filter((name) => given[name] !== undefined);
  if (given.participants === 0 || (participants <= 0 && publishers <= 0 && subscribers <= 0)) {
    return { counts: named, message: "0 participants load nothing: at least one is needed" };
  }
  for (const [name, count] of [
    ["videoPublishers", videoPublishers],
    ["audioPublishers", audioPublishers],
  ] as const) {
    if (count > publishers) {
      const from = given.publishers === undefined ? [] : (["publishers"] as const);
      const rest = from.length > 0 ? [] : (["participants", "subscribers"] as const);
      return {
        counts: [name, ...from, ...rest].filter((n) => given[n] !== undefined),
        message: `${count} ${name} are more than the ${number(Math.max(0, publishers), "publisher")}`,
      };
    }
  }
  if (Math.max(videoPublishers, audioPublishers) !== publishers) {
    return {
      counts: named.filter((name) => name.endsWith("ublishers")),
      message:
        `${number(publishers, "publisher")}, but ${videoPublishers} with video and ${audioPublishers} with audio: ` +
        "the greater of the two must be the number of publishers",
    };
  }
  if (publishers + subscribers !== participants || subscribers < 0) {
    const parts =
      subscribers < 0
        ? `${number(publishers, "publisher")} ${publishers === 1 ? "is" : "are"} more than ${number(participants, "participant")}`
        : `${number(publishers, "publisher")} + ${number(subscribers, "subscriber")} are ${publishers + subscribers}, ` +
          `not ${number(participants, "participant")}`;
    return { counts: named, message: parts };
  }
  return undefined;
}

function number(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
