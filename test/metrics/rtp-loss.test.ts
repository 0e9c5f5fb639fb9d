import { describe, expect, test } from "vitest";
import { parseRtpLine } from "../../src/load/rtp-line.ts";
import { hostRtp, rtpResult } from "../../src/metrics/rtp-loss.ts";
import { RtpSamples } from "../../src/metrics/rtp-samples.ts";
import { analysed, calmRun, editStream } from "./captured-run.ts";

const steady = { fromMs: 100_000, toMs: 120_000 };

/** One line per second, from 5 s before the steady window to 5 s after it. */
function samples(lineAt: (second: number) => string): RtpSamples {
  const found = new RtpSamples();
  for (let second = -5; second <= 25; second++) {
    const line = parseRtpLine(lineAt(second));
    if (line) found.add(steady.fromMs + second * 1000 + 2, line);
  }
  return found;
}

const line = (words: string) => `bits=0 cpu_us=8000 dropped=0 ${words}`;

describe("one host", () => {
  test("counts the seconds of the steady window, no others", () => {
    // Everything is lost outside.
    const rtp = hostRtp(
      samples((second) =>
        line(second >= 1 && second <= 20 ? "audio=6,300,285,1,0,1000,2000" : "audio=6,300,0,0,0,0,0"),
      ),
      steady,
      6,
    );
    expect(rtp.audio).toMatchObject({ expected: 6000, received: 5700, late: 20, jitterMs: 1, maxJitterMs: 2 });
    expect(rtp.loss).toEqual({ part: 300, whole: 6000, value: 0.05, source: "RTP on the hosts" });
    expect(rtp).toMatchObject({ reason: null, seconds: 20, secondsExpected: 20, streamShare: 1, repaired: 0 });
    expect(rtp.cpuPercent).toBeCloseTo(0.8, 5);
  });

  test("repaired is at most what was lost of video, probes are no repairs, and audio is never repaired", () => {
    const one = hostRtp(
      samples(() => line("audio=6,100,90,0,0,0,0 rtx=2,9,9,0,0,4 video=6,100,90,0,0,0,0")),
      steady,
      6,
    );
    expect(one).toMatchObject({ loss: { part: 400, whole: 4000 }, repaired: 100 });
    expect(one.lossAfterRepair).toMatchObject({ part: 300, value: 0.075 });
    const twice = hostRtp(
      samples(() => line("rtx=2,30,30,0,0,0 video=6,100,90,0,0,0,0")),
      steady,
      6,
    );
    expect(twice).toMatchObject({ repaired: 200, lossAfterRepair: { part: 0 } });
  });

  test("late packets of the time before are no negative loss", () => {
    const rtp = hostRtp(
      samples(() => line("audio=6,300,301,1,0,0,0")),
      steady,
      6,
    );
    expect(rtp.loss).toMatchObject({ part: 0, value: 0 });
  });

  test("a second in which the listener missed packets is left out, and the one after it", () => {
    const rtp = hostRtp(
      samples((second) =>
        second === 10
          ? "bits=0 cpu_us=1 dropped=40 audio=6,300,260,0,0,0,0"
          : line(second === 11 ? "audio=6,340,300,0,0,0,0" : "audio=6,300,300,0,0,0,0"),
      ),
      steady,
      6,
    );
    expect(rtp).toMatchObject({ missed: 40, seconds: 18, loss: { part: 0, whole: 5400 } });
  });

  test("says which share it read: the least", () => {
    const rtp = hostRtp(
      samples((second) => `bits=${second > 10 ? 3 : 1} cpu_us=1 dropped=0 audio=6,300,300,0,0,0,0`),
      steady,
      6,
    );
    expect(rtp.streamShare).toBe(1 / 8);
  });

  test.each([
    ["its listener could not read", samples(() => "reason=python3 is not installed"), 6, "python3 is not installed"],
    ["no listener", samples(() => ""), 6, "the host's listener to RTP sent nothing"],
    ["nothing came", samples(() => line("")), 6, /no RTP over UDP reached lk/],
    ["nobody to receive", samples(() => line("")), 0, "no subscriber on this host"],
    [
      "all before the window",
      samples((second) => (second < 0 ? line("audio=6,300,1,0,0,0,0") : "")),
      6,
      "nothing was read in the steady window",
    ],
  ])("%s: no figure, but the reason", (_, of, subscribers, reason) => {
    const rtp = hostRtp(of, steady, subscribers);
    expect(rtp.loss).toBeNull();
    expect(rtp.reason).toMatch(reason);
  });

  test("half of the window is a figure with a reason", () => {
    const rtp = hostRtp(
      samples((second) => (second <= 10 ? line("audio=6,300,300,0,0,0,0") : "")),
      steady,
      6,
    );
    expect(rtp).toMatchObject({ loss: { whole: 3000 }, reason: "read in 10 of 20 seconds only" });
  });
});

describe("all hosts", () => {
  const good = samples(() => line("audio=6,300,297,0,0,0,0"));
  const deaf = samples(() => "reason=python3 is not installed");
  const host = (name: string, of: RtpSamples, subscribers = 6, isWhole = true) => ({
    name,
    samples: of,
    rtp: hostRtp(of, steady, subscribers),
    isWhole,
    subscribers,
  });

  test("are judged when each that has something to receive was read", () => {
    expect(
      rtpResult(
        [
          host("a", good),
          host("b", good),
          host(
            "c",
            samples(() => line("")),
            0,
          ),
        ],
        steady,
      ),
    ).toMatchObject({
      reason: null,
      hosts: { measured: 2, expected: 2 },
      loss: { part: 120, whole: 12_000, value: 0.01 },
    });
  });

  test("are not judged when one was not read; it is named", () => {
    expect(rtpResult([host("a", good), host("b", deaf)], steady)).toMatchObject({
      reason: "RTP was read on 1 of 2 hosts: python3 is not installed (b)",
      hosts: { measured: 1, expected: 2 },
      loss: { whole: 6000 },
    });
  });

  test("a lost host does not keep the rest from being judged", () => {
    expect(
      rtpResult(
        [
          host("a", good),
          host(
            "b",
            samples(() => ""),
            6,
            false,
          ),
        ],
        steady,
      ),
    ).toMatchObject({ reason: null });
  });
});

describe("in the result", () => {
  const withRtp = (words: string) => {
    const run = calmRun();
    for (const host of Object.keys(run.streams)) {
      editStream(run, host, (raw) => raw);
      run.streams[host] = (run.streams[host] ?? []).flatMap((raw) => {
        const match = /^(\d+\.\d+) smp c0/.exec(raw);
        return match ? [raw, `${match[1]} rtp ${words}`] : [raw];
      });
    }
    return analysed(run);
  };

  test("loss is judged on what the hosts saw, not on the servers' counters", () => {
    const result = withRtp(line("audio=6,300,270,0,0,1000,1000"));
    expect(result.thresholds.find(({ metric }) => metric === "loss")).toMatchObject({
      measured: 10,
      source: "RTP on the hosts",
      status: "failed",
    });
    expect(result.media.loss?.source).toBe("server counters");
    const series = result.series.filter(({ group }) => group === "packet loss on the way to the hosts");
    expect(series.map(({ name }) => name)).toEqual(["audio", ...Object.keys(calmRun().streams)]);
    expect(series[0]?.points.filter(([, value]) => value !== null).every(([, value]) => value === 10)).toBe(true);
  });

  test("the servers' counters stand in where it could not be read, and the reason is told", () => {
    const result = withRtp("reason=reading packets needs root or CAP_NET_RAW");
    expect(result.thresholds.find(({ metric }) => metric === "loss")?.source).toBe("server counters");
    expect(result.media.rtp.reason).toMatch(/^RTP was read on 0 of 2 hosts: reading packets needs root/);
  });
});
