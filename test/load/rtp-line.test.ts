import { expect, test } from "vitest";
import { parseRtpLine } from "../../src/load/rtp-line.ts";

test("a second of audio, video and retransmissions", () => {
  const text =
    "bits=2 cpu_us=12345 dropped=0 foreign=7 audio=5,249,242,1,0,1391,1756 rtx=2,9,9,0,0,4 video=15,750,713,0,2,9660,10290";
  expect(parseRtpLine(text)).toEqual({
    type: "second",
    bits: 2,
    cpuMs: 12.345,
    dropped: 0,
    audio: { streams: 5, expected: 249, received: 242, late: 1, duplicate: 0, jitterMs: 1.391, maxJitterMs: 1.756 },
    video: { streams: 15, expected: 750, received: 713, late: 0, duplicate: 2, jitterMs: 9.66, maxJitterMs: 10.29 },
    rtx: { streams: 2, expected: 9, received: 9, late: 0, duplicate: 0, probes: 4 },
  });
});

test("a kind of which nothing came is absent, not 0", () => {
  expect(parseRtpLine("bits=0 cpu_us=90 dropped=0")).toMatchObject({ audio: undefined, video: undefined });
});

test("why nothing is read", () => {
  expect(parseRtpLine("reason=python3 is not installed")).toEqual({
    type: "unavailable",
    reason: "python3 is not installed",
  });
});

test.each(["", "bits=0 cpu_us=9", "bits=x cpu_us=9 dropped=0", "audio=1,2,3,4,5,6,7"])(
  "half a line says nothing: %s",
  (text) => {
    expect(parseRtpLine(text)).toBeUndefined();
  },
);

test("a kind that is cut short is left out", () => {
  expect(parseRtpLine("bits=0 cpu_us=9 dropped=0 audio=5,249,2")).toMatchObject({ audio: undefined });
});
