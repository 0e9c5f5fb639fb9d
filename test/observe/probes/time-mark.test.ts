import * as fc from "fast-check";
import { expect, test } from "vitest";
import { drawMark, markHeight, markWidth, newMarkPicture, readMark } from "../../../src/observe/probes/time-mark.ts";

const drawn = (timeMs: number) => {
  const picture = newMarkPicture();
  drawMark(picture, timeMs);
  return picture;
};

test("a mark gives its time back to a quarter of a millisecond, also through a noisy codec", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.infiniteStream(fc.integer({ min: -60, max: 60 })),
      (timeMs, noise) => {
        const picture = drawn(timeMs);
        for (let i = 0; i < markWidth * markHeight; i += 97)
          picture[i] = Math.min(255, Math.max(0, (picture[i] ?? 0) + (noise.next().value ?? 0)));
        const read = readMark(picture, markWidth, markHeight);
        expect(read).toBeDefined();
        expect(timeMs - (read ?? 0)).toBeGreaterThanOrEqual(0);
        expect(timeMs - (read ?? 0)).toBeLessThan(0.26);
      },
    ),
    { numRuns: 50 },
  );
});

test("a mark is read at half the size, as a server may send a smaller layer", () => {
  const picture = drawn(123_456.75);
  const [width, height] = [markWidth / 2, markHeight / 2];
  const small = Uint8Array.from({ length: width * height }, (_, i) => {
    return picture[Math.floor(i / width) * 2 * markWidth + (i % width) * 2] ?? 0;
  });
  expect(readMark(small, width, height)).toBe(123_456.75);
});

test("what is no mark gives no time", () => {
  expect(readMark(new Uint8Array(markWidth * markHeight), markWidth, markHeight)).toBeUndefined();
  expect(readMark(new Uint8Array(markWidth * markHeight).fill(255), markWidth, markHeight)).toBeUndefined();
  // A field that reads the other way breaks the checksum.
  const flipped = drawn(1000);
  const was = (flipped[18 * markWidth + 20] ?? 0) > 128;
  for (let row = 0; row < 36; row++) flipped.fill(was ? 16 : 235, row * markWidth, row * markWidth + 40);
  expect(readMark(flipped, markWidth, markHeight)).toBeUndefined();
});
