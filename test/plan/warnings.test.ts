import { expect, test } from "vitest";
import { planned, type Asked } from "./planned.ts";

const quiet: Asked = { cores: 4, counts: { publishers: 2, subscribers: 20 } };

test("a sane plan has nothing to warn of", () => {
  expect(planned(quiet).warnings).toEqual([]);
});

test.each<[string, Asked, RegExp]>([
  ["join rate", { load: { numPerSecond: 11 } }, /numPerSecond 11 is above what lk does: .* 10 participants per second/],
  ["no publishers", { counts: { publishers: 0, subscribers: 9 } }, /^the room has no publishers/],
  ["no subscribers", { counts: { publishers: 2, subscribers: 0 } }, /^the room has no subscribers: no latency/],
  [
    "fewer publishers than rooms",
    { load: { rooms: 5 }, counts: { publishers: 2, subscribers: 40 } },
    /^3 of 5 rooms have no publishers/,
  ],
  ["layout cap", { counts: { publishers: 7, subscribers: 20 } }, /more publishers than layout speaker shows/],
  ["short", { load: { duration: "29s" } }, /duration 29s is short/],
  ["one room staggered", { load: { stagger: "1s" } }, /stagger without effect/],
  [
    "video settings without video",
    { load: { videoCodec: "h264", simulcast: false }, counts: { publishers: 2, videoPublishers: 0, subscribers: 5 } },
    /no video is published: videoCodec, simulcast without effect/,
  ],
  [
    "speakers without publishers",
    { load: { simulateSpeakers: true }, counts: { publishers: 0, subscribers: 5 } },
    /simulateSpeakers without effect/,
  ],
  ["no server", { config: { livekit: {} } }, /livekit\.url is not set/],
  ["no metrics", { config: { livekit: { url: "ws://127.0.0.1:7880" } } }, /no source for trackSubscribeP99/],
])("warns of %s", (_, asked, warning) => {
  const { warnings } = planned({ ...quiet, ...asked });
  expect(warnings.filter((text) => warning.test(text))).toHaveLength(1);
});

test("a host with more tracks than its cores carry is named with its numbers", () => {
  // 60 subscribers × (4 video + 4 audio) + 8 published = 488 tracks
  const counts = { publishers: 4, videoPublishers: 4, subscribers: 60 };
  expect(planned({ counts, cores: 2 }).warnings).toEqual([]);
  expect(planned({ counts, cores: 1, hosts: 3 }).warnings).toEqual([
    "vm-1 (and 2 more hosts too): 488 tracks on 1 core, 488 per core; by rule of thumb a core carries 250: " +
      "the host may saturate, which makes the run invalid",
  ]);
});

const means = "means 1,000 participants on 10 hosts";

test.each<[string, number, NonNullable<Asked["load"]>, number, string[]]>([
  ["its own hosts", 10, { scenario: "high-1000", per: "run" }, 1000, []],
  ["more hosts", 20, { scenario: "high-1000", per: "run" }, 1000, []],
  [
    "fewer hosts",
    3,
    { scenario: "high-1000", per: "run" },
    1000,
    [`high-1000 ${means}: with 3 each carries up to 334`],
  ],
  ["fewer hosts and participants", 3, { scenario: "high-1000", per: "run" }, 300, []],
  ["its own hosts, counted by host", 10, { scenario: "distributed-1000" }, 100, []],
  [
    "fewer hosts, counted by host",
    3,
    { scenario: "distributed-1000" },
    100,
    [`distributed-1000 ${means}: with 3 it makes 300`],
  ],
  ["a name that is not known", 3, { scenario: "mine" }, 100, []],
])("a scenario with %s", (_, hosts, load, participants, expected) => {
  const { warnings } = planned({ hosts, load, counts: { publishers: 6, subscribers: participants - 6 } });
  const ofScenario = warnings.filter((text) => text.startsWith("scenario "));
  expect(ofScenario).toEqual(expected.map((text) => `scenario ${text}`));
});

test("unknown cores are not guessed", () => {
  expect(planned({ counts: { publishers: 4, subscribers: 3000 } }).warnings).toEqual([]);
});
