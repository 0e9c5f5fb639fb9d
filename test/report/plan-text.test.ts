import stringWidth from "string-width";
import { expect, test } from "vitest";
import { planText } from "../../src/report/plan-text.ts";
import { planned, type Asked } from "../plan/planned.ts";

const plain = { columns: 80, color: false };
const text = (asked: Asked) => planText(planned(asked), plain);

test("a small plan, whole", () => {
  const asked: Asked = {
    hosts: 2,
    load: { per: "run", rooms: 3, stagger: "1500ms" },
    counts: { publishers: 4, subscribers: 20 },
  };
  expect(text(asked)).toBe(`Plan 20261122-194812-k3f9
  Load      24 participants over 2 hosts
            4 publishers (2 with video, 4 with audio), 20 subscribers
            3 rooms, 4 lk processes
  Target    wss://livekit.example.com
  Media     high VP8 video with simulcast
  Tracks    layout speaker: a subscriber gets all tracks of up to 6 publishers
  Time      ramp 4.4 s + hold 5 min = 5 min 4 s; each process starts 5
            participants per second
  Hosts     2, over SSH; all are needed

Hosts
  Host  Address             Participants  Publishers  Processes
  vm-1  ubuntu@10.0.0.1:22            12           2          2
  vm-2  ubuntu@10.0.0.2:22            12           2          2

Rooms (their names end in -20261122-194812-k3f9)
  #  Room              Pubs  Video  Audio  Subs  Tracks  Start
  1  load-test-room-1     2      1      2     6       3   0 ms
  2  load-test-room-2     1      1      1     7       2  1.5 s
  3  load-test-room-3     1      0      1     7       1    3 s

Processes
  Id  Host  Room #  Video  Audio  Subs  Start  Ramp  Hold
  s1  vm-1       1      1      2     6   0:00  0:01  5:03
  s2  vm-1       2      0      0     4   0:02  0:01  5:02
  s3  vm-2       2      1      1     3   0:02  0:01  5:02
  s4  vm-2       3      0      1     7   0:03  0:01  5:00

Thresholds
  loss                ≤ 2.5 %     default
  trackSubscribeP99   ≤ 400 ms    default
  participantsJoined  ≥ 100 %     default
  hostsFinished       ≥ 100 %     default
`);
});

test("one room per host is called as the run's product says", () => {
  const shown = text({ hosts: 10, load: { scenario: "distributed-1000", numPerSecond: 11 } });
  expect(shown).toContain("Plan 20261122-194812-k3f9, scenario distributed-1000\n");
  expect(shown).toContain("10 hosts × 100 = 1,000 participants\n");
  expect(shown).toContain("  ! numPerSecond 11 is above what lk does");
  expect(shown).toMatch(/load-test-room-vm-10 +10 +5 +10 +90 +7–11 +0 ms\n/);
});

test("long lists are cut, and what is left out is told", () => {
  const shown = text({ hosts: 150 });
  expect(shown).toContain("\n  … 142 more hosts alike\n");
  expect(shown).toContain("\n  … 142 more rooms alike\n");
  expect(shown).toContain("\n  … 142 more processes alike\n");
  expect(shown.split("\n").length).toBeLessThan(60);
  const uneven = text({ hosts: 150, load: { per: "run" }, counts: { publishers: 151, subscribers: 1000 } });
  expect(uneven).toContain("\n  … 142 more hosts, 7 to 8 participants each\n");
  expect(text({ hosts: 12 })).not.toContain("…");
});

test("what is missing is said", () => {
  expect(text({ config: { livekit: {} } })).toMatch(/Target +not set\n/);
  expect(text({ counts: { publishers: 2, subscribers: 0 } })).toMatch(/ {2}load-test-room-vm-1 +2 +1 +2 +0 +– /);
  expect(text({ load: { simulcast: false }, counts: { videoPublishers: 0 } })).toMatch(/Media +audio only\n/);
  const none = Object.fromEntries(
    ["loss", "trackSubscribeP99", "participantsJoined", "hostsFinished"].map((metric) => [metric, false as const]),
  );
  expect(text({ config: { thresholds: none } })).toContain("none: this run cannot fail, only be invalid");
});

test.each([72, 80, 100, 200])("nothing is wider than %i columns", (columns) => {
  const plan = planned({
    hosts: 30,
    load: { rooms: 45, stagger: "61s", roomPrefix: "a-rather-long-prefix-of-the-rooms-of-this-team", duration: "24h" },
    counts: { publishers: 200, subscribers: 3000 },
    cores: 1,
    config: {},
  });
  for (const host of plan.hosts) host.address = `${"a".repeat(90)}.example.com`;
  const lines = planText(plan, { columns, color: false }).split("\n");
  expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
  for (const line of lines) expect(line).toBe(line.trimEnd());
});

test("colour adds nothing but colour", () => {
  const plan = planned({ load: { numPerSecond: 11 } });
  const colored = planText(plan, { columns: 80, color: true });
  expect(colored).toContain("\u001b[1mHosts\u001b[22m");
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
  expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(planText(plan, plain));
});

test("a host cannot hide its address behind control characters", () => {
  const plan = planned();
  plan.hosts[0]!.address = "a\u001b[2Jb\u202e";
  expect(planText(plan, plain)).toContain("a\\u001b[2Jb\\u202e");
});
