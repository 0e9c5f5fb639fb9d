import { expect, test } from "vitest";
import { expectedTracks, layoutCaps } from "../../src/plan/expected-tracks.ts";

const room = (videoPublishers: number, audioPublishers: number) => ({
  publishers: Math.max(videoPublishers, audioPublishers),
  videoPublishers,
  audioPublishers,
});

test.each([
  ["speaker", 6],
  ["3x3", 9],
  ["4x4", 16],
  ["5x5", 25],
] as const)("layout %s shows %i participants", (layout, cap) => {
  expect(layoutCaps[layout]).toBe(cap);
  expect(expectedTracks(room(cap, cap), layout)).toEqual({ min: 2 * cap, max: 2 * cap });
  expect(expectedTracks(room(100, 100), layout)).toEqual({ min: 2 * cap, max: 2 * cap });
  expect(expectedTracks(room(0, 100), layout)).toEqual({ min: cap, max: cap });
});

test.each([
  [5, 10, { min: 7, max: 11 }],
  [10, 5, { min: 7, max: 11 }],
  [2, 10, { min: 6, max: 8 }],
  [8, 10, { min: 10, max: 12 }],
  [2, 5, { min: 7, max: 7 }],
  [0, 0, { min: 0, max: 0 }],
])("%i video and %i audio publishers, six shown", (video, audio, expected) => {
  expect(expectedTracks(room(video, audio), "speaker")).toEqual(expected);
});

test("the range is what taking any six participants can give", () => {
  for (let audio = 0; audio <= 10; audio++) {
    for (let video = 0; video <= audio; video++) {
      const tracks = Array.from({ length: audio }, (_, i) => (i < video ? 2 : 1)).sort((a, b) => a - b);
      const sum = (some: readonly number[]) => some.reduce((a, b) => a + b, 0);
      expect(expectedTracks(room(video, audio), "speaker")).toEqual({
        min: sum(tracks.slice(0, 6)),
        max: sum(tracks.slice(-6)),
      });
    }
  }
});
