import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Point, splitAtGaps, thin } from "../../src/report/gaps.ts";

const second = (at: number, value: number | null): [number, number | null] => [at * 1000, value];

describe("gaps", () => {
  it("end a piece at a null value and at a hole in the spacing", () => {
    const points = [0, 1, 2, 3].map((at) => second(at, at));
    const pieces = splitAtGaps([...points, second(4, null), second(5, 5), second(6, 6), second(12, 7), second(13, 8)]);
    expect(pieces.map((piece) => piece.map(([at]) => at / 1000))).toEqual([
      [0, 1, 2, 3],
      [5, 6],
      [12, 13],
    ]);
  });

  it("are not made by one late sample", () => {
    expect(splitAtGaps([second(0, 1), second(1, 1), second(2, 1), second(4, 1), second(5, 1)])).toHaveLength(1);
  });

  it("leave nothing where nothing was measured", () => {
    expect(splitAtGaps([])).toEqual([]);
    expect(splitAtGaps([second(0, null), second(1, null)])).toEqual([]);
  });
});

describe("thinning", () => {
  it("keeps measured points only, in order, with the ends and the extremes", () => {
    // None is -0, which `toBe` takes for another number than 0.
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((number) => number + 0);
    const values = fc.array(value, { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 60_000 }), (list, slotMs) => {
        const piece = list.map((value, index): Point => [index * 1000, value]);
        const kept = thin(piece, slotMs);
        const at = kept.map(([time]) => time);
        expect(at).toEqual(at.toSorted((a, b) => a - b));
        expect(kept.every((point) => piece.includes(point))).toBe(true);
        expect([kept[0], kept.at(-1)]).toEqual([piece[0], piece.at(-1)]);
        expect(Math.max(...kept.map(([, value]) => value))).toBe(Math.max(...list));
        expect(Math.min(...kept.map(([, value]) => value))).toBe(Math.min(...list));
      }),
    );
  });

  it("bounds the number of points", () => {
    const piece = Array.from({ length: 100_000 }, (_, index): Point => [index, Math.sin(index)]);
    expect(thin(piece, 1000).length).toBeLessThanOrEqual(400);
  });
});
