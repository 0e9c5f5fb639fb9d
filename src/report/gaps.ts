/** A series as it may be drawn: in pieces between its gaps, thinned without losing a peak. */
import type { Series } from "../metrics/result.ts";

export type Point = readonly [atMs: number, value: number];

/** In intervals: one late sample is no gap, two missing ones are. */
const gapIntervals = 2.5;

/** The usual distance of two samples, in ms; infinite below two samples. */
export function intervalMs(points: Series["points"]): number {
  const distances = points.slice(1).map(([atMs], index) => atMs - (points[index]?.[0] ?? atMs));
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? Infinity;
}

/** Pieces without a gap: a null value ends one, and so does a hole in the spacing. */
export function splitAtGaps(points: Series["points"]): Point[][] {
  const limitMs = intervalMs(points) * gapIntervals;
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  const end = () => {
    if (piece.length > 0) pieces.push(piece);
    piece = [];
  };
  for (const [atMs, value] of points) {
    const last = piece.at(-1);
    if (value === null || (last && atMs - last[0] > limitMs)) end();
    if (value !== null) piece.push([atMs, value]);
  }
  end();
  return pieces;
}

/**
 * At most four points per time slot: its first, lowest, highest and last (M4, Jugel et al. 2014), which draws the same
 * line as all of them. Points stay measured ones; none is made up.
 */
export function thin(piece: readonly Point[], slotMs: number): Point[] {
  const kept: Point[] = [];
  let slot: Point[] = [];
  const flush = () => {
    const first = slot[0];
    const last = slot.at(-1);
    if (!first || !last) return;
    let low = first;
    let high = first;
    for (const point of slot) {
      if (point[1] < low[1]) low = point;
      if (point[1] > high[1]) high = point;
    }
    const chosen = new Set([first, low, high, last]);
    kept.push(...slot.filter((point) => chosen.has(point)));
    slot = [];
  };
  let current = -1;
  for (const point of piece) {
    const index = Math.floor(point[0] / slotMs);
    if (index !== current) flush();
    current = index;
    slot.push(point);
  }
  flush();
  return kept;
}
