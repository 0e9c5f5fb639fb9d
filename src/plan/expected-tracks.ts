/** How many tracks an lk subscriber reaches. */
import type { Plan } from "./plan.ts";

/**
 * Participants that a subscriber of each layout subscribes to: the first so many that it sees publish anything, with
 * all of their tracks (`numToSubscribe` and `onTrackPublished` in lk's pkg/loadtester/loadtester.go, 2.18.2).
 */
export const layoutCaps = { speaker: 6, "3x3": 9, "4x4": 16, "5x5": 25 } as const;

/**
 * Tracks per subscriber of a room. lk lets its first participants publish both kinds and the others only one, and a
 * subscriber above the cap takes whichever it sees first: so the figure is a range as soon as there are more
 * publishers than the cap and some of them publish one kind.
 */
export function expectedTracks(
  room: { publishers: number; videoPublishers: number; audioPublishers: number },
  layout: Plan["lk"]["layout"],
): { min: number; max: number } {
  const seen = Math.min(layoutCaps[layout], room.publishers);
  const withBoth = Math.min(room.videoPublishers, room.audioPublishers);
  const withOne = room.publishers - withBoth;
  return { min: seen + Math.max(0, seen - withOne), max: seen + Math.min(seen, withBoth) };
}
