/** Packets lost on the way to one of two hosts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { lossyDownlink, type LinkCounts } from "./lossy-downlink.ts";
import { startTruthLab, type TruthLab } from "./truth-lab.ts";
import { recordTruth } from "./truth-table.ts";

let truth: TruthLab;
beforeAll(async () => {
  truth = await startTruthLab({ hosts: 2 });
});
afterAll(async () => {
  await truth[Symbol.asyncDispose]();
});

/** Percentage points. */
const allowed = 0.3;
const percent = (share: number) => share * 100;
const shown = (value: number) => `${value.toFixed(2)} %`;

test.each([1, 3, 5])(
  "%i % of what is sent to one host: reported for audio and video, and 0 on the other",
  async (rate) => {
    await using link = await lossyDownlink(truth.host(0), rate);
    const { result, stdout } = await truth.run(
      { load: { participants: 6, publishers: 2, videoPublishers: 2, videoResolution: "low", duration: "20s" } },
      async (_, ended) => link.record(ended),
    );
    const { steady } = result.phases;
    if (!steady) throw new Error(`no steady window:\n${stdout}`);
    const counts = link.between(steady.fromMs, steady.toMs);
    const lossy = truth.hostResult(result, 0).rtp;
    const other = truth.hostResult(result, 1).rtp;
    const injected = (kind: keyof LinkCounts) => percent(counts[kind].lost / counts[kind].sent);
    const reported = (kind: "audio" | "video") => percent(lossy[kind]?.loss?.value ?? Number.NaN);
    recordTruth({
      fault: `${rate} % loss on the way to one of two hosts`,
      injected: `audio ${shown(injected("audio"))} of ${counts.audio.sent}, video ${shown(injected("video"))} of ${counts.video.sent} packets (packet filter of the sender, steady window)`,
      reported: `audio ${shown(reported("audio"))} of ${lossy.audio?.expected}, video ${shown(reported("video"))} of ${lossy.video?.expected}; the other host ${shown(percent(other.loss?.value ?? Number.NaN))} of ${other.loss?.whole}; ${result.attribution.findings.map(({ hosts, place }) => `${hosts.join(", ")}: ${place}`).join("; ")}`,
      allowed: `± ${allowed} percentage points; the other host < 0.05 %; put down to the network`,
    });
    for (const kind of ["audio", "video"] as const) {
      expect(counts[kind].sent).toBeGreaterThan(1000);
      expect(Math.abs(reported(kind) - injected(kind)), kind).toBeLessThan(allowed);
    }
    expect(lossy).toMatchObject({ reason: null, streamShare: 1, missed: 0 });
    // A packet that overtook another at the window's edge counts as missing in it.
    expect(other.loss?.value).toBeLessThan(0.0005);
    // What came again is told apart: the packet filter counted it, too.
    expect(lossy.repaired ?? 0).toBeGreaterThan(0);
    expect(lossy.repaired ?? Number.NaN).toBeLessThanOrEqual(counts.rtx.sent + 5);
    expect(
      result.attribution.findings.map(({ what, hosts, place }) => ({ what, hosts, place })),
      stdout,
    ).toEqual([{ what: "loss", hosts: [truth.hostResult(result, 0).name], place: "network" }]);
    const judged = result.thresholds.find(({ metric }) => metric === "loss");
    expect(judged).toMatchObject({ source: "RTP on the hosts", n: result.media.rtp.loss?.whole });
  },
);
