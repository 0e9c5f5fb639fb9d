/** Events close to each other share one mark, so that their numbers stay readable. */
import type { Result } from "../../metrics/result.ts";
import { shareOf, type TimeAxis } from "../time-axis.ts";

type Event = Result["events"][number];

export interface EventMark {
  readonly atMs: number;
  /** Numbers of the first and last event at this mark, from 1. */
  readonly first: number;
  readonly last: number;
}

/** Marks closer than this share of the axis are one. */
const nearestShare = 0.035;

export function sortedEvents(events: readonly Event[]): Event[] {
  return events.toSorted((a, b) => a.atMs - b.atMs);
}

export function eventMarks(events: readonly Event[], axis: TimeAxis): EventMark[] {
  const marks: { atMs: number; first: number; last: number }[] = [];
  for (const [index, { atMs }] of sortedEvents(events).entries()) {
    const share = shareOf(axis, atMs);
    if (share < 0 || share > 1) continue;
    const last = marks.at(-1);
    if (last && share - shareOf(axis, last.atMs) < nearestShare) last.last = index + 1;
    else marks.push({ atMs, first: index + 1, last: index + 1 });
  }
  return marks;
}

export function markLabel({ first, last }: EventMark): string {
  return first === last ? String(first) : `${first}–${last}`;
}
