import { describe, expect, it } from "vitest";
import { TestFolder } from "./test-system.ts";

type Mistake = {
  it: string;
  argv?: string[];
  yaml?: string;
  env?: Record<string, string>;
  /** The place that must be named. */
  where: string;
  /** What must be said beside the place. */
  says: string;
  /** Text that must not be shown anywhere. */
  hides?: string;
};

const plan = ["plan", "--hosts", "a,b"];
const withYaml = (yaml: string) => ({ argv: ["plan"], yaml });
const inLoad = (line: string) => withYaml(`fleet:\n  hosts: [a, b]\nload:\n  ${line}\n`);

const mistakes: Mistake[] = [
  // Commands
  { it: "a command with swapped letters", argv: ["rnu"], where: "rnu", says: "did you mean run?" },
  { it: "a command in American", argv: ["analyze"], where: "analyze", says: "did you mean analyse?" },
  { it: "a command that lkload does not have", argv: ["start"], where: "start", says: "there is no such command" },
  { it: "help for a mistyped command", argv: ["plann", "--help"], where: "plann", says: "did you mean plan?" },
  { it: "an option before the command", argv: ["--local", "run"], where: "--local", says: "lkload run --local" },
  { it: "a mistyped --version", argv: ["--verison"], where: "--verison", says: "did you mean --version?" },
  // Options
  {
    it: "a mistyped option",
    argv: [...plan, "--partcipants", "10"],
    where: "--partcipants",
    says: "did you mean --participants?",
  },
  { it: "a singular option", argv: [...plan, "--participant", "10"], where: "--participant", says: "--participants?" },
  {
    it: "an option in camel case",
    argv: [...plan, "--videoCodec", "vp8"],
    where: "--videoCodec",
    says: "--video-codec?",
  },
  {
    it: "an option with one dash",
    argv: [...plan, "-participants", "1"],
    where: "-participants",
    says: "--participants?",
  },
  { it: "an option of another command", argv: [...plan, "--keep"], where: "--keep", says: "has no such option" },
  {
    it: "an option without its value",
    argv: [...plan, "--participants"],
    where: "--participants",
    says: "needs a value",
  },
  {
    it: "an option without its value before another",
    argv: ["plan", "--participants", "--local"],
    where: "--participants",
    says: "needs a value",
  },
  { it: "an option twice", argv: [...plan, "--rooms", "2", "--rooms", "3"], where: "--rooms", says: "stands twice" },
  {
    it: "a word too many",
    argv: ["plan", "--local", "participants=5"],
    where: "participants=5",
    says: "--participants?",
  },
  {
    it: "the secret as an argument",
    argv: [...plan, "--api-secret", "hunter2hunter2"],
    where: "--api-secret",
    says: "LIVEKIT_API_SECRET",
    hides: "hunter2",
  },
  {
    it: "the secret as a mistyped argument",
    argv: [...plan, "--api-secrte=hunter2hunter2"],
    where: "--api-secrte",
    says: "LIVEKIT_API_SECRET",
    hides: "hunter2",
  },
  {
    it: "an unknown report format",
    argv: ["report", "--format", "htlm"],
    where: "--format",
    says: "did you mean html?",
  },
  { it: "an option of another command on report", argv: ["report", "--ouput", "x"], where: "--ouput", says: "--out?" },
  { it: "an unknown schema", argv: ["schema", "confg"], where: "confg", says: "did you mean config?" },
  // Values of options
  {
    it: "a number in words",
    argv: [...plan, "--participants", "ten"],
    where: "--participants  load.participants: ten",
    says: "a whole number from 0 to 1000000",
  },
  { it: "thousands with a comma", argv: [...plan, "--participants", "1,000"], where: "--participants", says: "1000?" },
  { it: "thousands with a k", argv: [...plan, "--participants", "2k"], where: "--participants", says: "2000?" },
  {
    it: "a negative count",
    argv: [...plan, "--subscribers", "-5"],
    where: "--subscribers",
    says: "a whole number from 0",
  },
  { it: "half a participant", argv: [...plan, "--participants", "1.5"], where: "--participants", says: "whole number" },
  { it: "a duration without its unit", argv: [...plan, "--duration", "5"], where: "--duration", says: "5s or 5m?" },
  {
    it: "a duration in words",
    argv: [...plan, "--duration", "5 minutes"],
    where: "--duration",
    says: "did you mean 5m?",
  },
  {
    it: "a duration in capitals",
    argv: [...plan, "--duration", "90S"],
    where: "--duration",
    says: "did you mean 90s?",
  },
  { it: "a duration of nothing", argv: [...plan, "--duration", "0s"], where: "--duration", says: "from 1s to 24h" },
  { it: "a mistyped scenario", argv: [...plan, "--scenario", "medium500"], where: "--scenario", says: "medium-500?" },
  {
    it: "a mistyped resolution",
    argv: [...plan, "--video-resolution", "hihg"],
    where: "--video-resolution",
    says: "high?",
  },
  { it: "a codec that lk lacks", argv: [...plan, "--video-codec", "av1"], where: "--video-codec", says: "h264 or vp8" },
  {
    it: "a codec in capitals",
    argv: [...plan, "--video-codec", "VP8"],
    where: "--video-codec",
    says: "did you mean vp8?",
  },
  { it: "a layout with spaces", argv: [...plan, "--layout", "3 x 3"], where: "--layout", says: "did you mean 3x3?" },
  {
    it: "rooms in another word",
    argv: [...plan, "--rooms", "perhost"],
    where: "--rooms",
    says: "did you mean per-host?",
  },
  { it: "no room", argv: [...plan, "--rooms", "0"], where: "--rooms", says: "from 1 to 10000" },
  {
    it: "a URL without its scheme",
    argv: [...plan, "--url", "livekit.example.com"],
    where: "--url",
    says: "did you mean wss://livekit.example.com?",
  },
  {
    it: "a URL with a wrong scheme",
    argv: [...plan, "--url", "wws://a.example"],
    where: "--url",
    says: "wss://a.example?",
  },
  {
    it: "a room prefix with a space",
    argv: [...plan, "--room-prefix", "my room"],
    where: "--room-prefix",
    says: "letters",
  },
  { it: "a name in capitals", argv: [...plan, "--name", "My Run"], where: "--name", says: "did you mean my-run?" },
  {
    it: "a file that is not there",
    argv: ["plan", "-c", "lkload.yml"],
    where: "--config",
    says: "there is no such file",
  },
  // Hosts
  { it: "a port that is none", argv: ["plan", "--hosts", "a:99999"], where: "--hosts", says: 'the port "99999"' },
  { it: "two colons", argv: ["plan", "--hosts", "a:22:23"], where: "--hosts", says: "must have one colon" },
  { it: "a host twice", argv: ["plan", "--hosts", "root@a,root@a:22"], where: "--hosts", says: "host 1 of the list" },
  {
    it: "a comma too many",
    argv: ["plan", "--hosts", "a,,b"],
    where: "--hosts  fleet.hosts[1]",
    says: "non-empty text",
  },
  { it: "hosts with a scheme", argv: ["plan", "--hosts", "ssh://a"], where: "--hosts", says: "without a scheme" },
  { it: "local and hosts", argv: [...plan, "--local"], where: "--local, --hosts", says: "exclude each other" },
  {
    it: "more hosts needed than there are",
    argv: [...plan, "--min-hosts", "3"],
    where: "--min-hosts",
    says: "which is 2",
  },
  // Thresholds
  {
    it: "a mistyped metric",
    argv: [...plan, "--threshold", "los<=2%"],
    where: "--threshold",
    says: "did you mean loss?",
  },
  { it: "a metric alone", argv: [...plan, "--threshold", "loss"], where: "--threshold", says: "METRIC<=VALUE" },
  { it: "a reversed operator", argv: [...plan, "--threshold", "loss=<2%"], where: "--threshold", says: '"<= 2%"?' },
  { it: "a wrong unit", argv: [...plan, "--threshold", "loss<=400ms"], where: "--threshold", says: "a limit in %" },
  // Keys and values in the file
  {
    ...inLoad("particpants: 10"),
    it: "a mistyped key",
    where: "lkload.yaml:4:3  load.particpants",
    says: "did you mean participants?",
  },
  {
    ...inLoad("video_publishers: 10"),
    it: "a key with underscores",
    where: "lkload.yaml:4:3",
    says: "did you mean videoPublishers?",
  },
  {
    ...withYaml("participants: 10\nfleet:\n  kind: local\n"),
    it: "a key one level too high",
    where: "lkload.yaml:1:1  participants",
    says: "did you mean load.participants?",
  },
  { ...inLoad('participants: "100"'), it: "a number in quotes", where: "lkload.yaml:4:3", says: "did you mean 100?" },
  { ...inLoad("participants:"), it: "a key without its value", where: "(empty)", says: "must be a whole number" },
  { ...inLoad("simulcast: yes"), it: "yes for true", where: "load.simulcast: yes", says: "did you mean true?" },
  { ...inLoad("duration: 5"), it: "a bare number as duration", where: "load.duration: 5", says: "5s or 5m?" },
  { ...withYaml("load: 100\n"), it: "a value for a section", where: "load: 100", says: "must be a map of settings" },
  {
    ...withYaml("livekit:\n  apiSecret: 123456789\n"),
    it: "a secret without quotes",
    where: "livekit.apiSecret: ***",
    says: "put it in quotes",
    hides: "123456789",
  },
  {
    ...withYaml("fleet:\n  hosts:\n    - a\n    - { adress: b }\n"),
    it: "a mistyped key of a host",
    where: "lkload.yaml:4:9  fleet.hosts[1].adress",
    says: "did you mean address?",
  },
  {
    ...withYaml("thresholds:\n  loss: 2%\nfleet:\n  kind: local\n"),
    it: "a limit without its operator",
    where: "thresholds.loss: 2%",
    says: '"<= 2%"?',
  },
  // YAML itself
  { ...withYaml("load:\n\tparticipants: 10\n"), it: "a tab", where: "lkload.yaml:2:1", says: "spaces only" },
  {
    ...withYaml("load:\n  participants: 10\n  participants: 20\n"),
    it: "a key twice",
    where: "lkload.yaml:3:3  participants: 20",
    says: "stands twice in the same map",
  },
  {
    ...withYaml("load:\n  participants: 10\n duration: 5m\n"),
    it: "a line with one space too few",
    where: "lkload.yaml:3",
    says: "indent",
  },
  { ...withYaml("load: {participants: 10\n"), it: "an open brace", where: "lkload.yaml:", says: "} is missing" },
  { ...withYaml("load:\n  participants 10\n  rooms: 2\n"), it: "no colon", where: "lkload.yaml:2:3", says: "a colon" },
  {
    ...withYaml("thresholds:\n  hostsFinished: >= 90%\n"),
    it: "a limit without its quotes",
    where: "lkload.yaml:2",
    says: "must be in quotes",
  },
  {
    ...withYaml('livekit:\n  apiSecret: "hunter2hunter2\n'),
    it: "an open quote around a secret",
    where: "lkload.yaml:",
    says: "quote",
    hides: "hunter2",
  },
  { ...withYaml("- load\n- fleet\n"), it: "a list for a file", where: "lkload.yaml:1:1", says: "must be a map" },
  // Combinations
  {
    it: "parts that do not add up",
    argv: [...plan, "--participants", "100", "--publishers", "20", "--subscribers", "90"],
    where: "--participants, --publishers, --subscribers",
    says: "20 publishers + 90 subscribers are 110, not 100 participants",
  },
  {
    it: "more publishers than participants",
    argv: [...plan, "--participants", "10", "--publishers", "20"],
    where: "--participants, --publishers",
    says: "20 publishers are more than 10 participants",
  },
  {
    it: "more video than publishers",
    argv: [...plan, "--publishers", "5", "--video-publishers", "8"],
    where: "--video-publishers, --publishers",
    says: "8 videoPublishers are more than the 5 publishers",
  },
  { it: "nobody", argv: [...plan, "--participants", "0"], where: "--participants", says: "at least one is needed" },
  {
    it: "more rooms than participants",
    argv: [...plan, "--participants", "5", "--rooms", "20"],
    where: "--rooms, --participants  load.rooms",
    says: "which is 10",
  },
  {
    it: "more than LiveKit Cloud allows",
    argv: [...plan, "--participants", "60"],
    env: { LIVEKIT_URL: "wss://mine.livekit.cloud" },
    where: "LIVEKIT_URL",
    says: "acceptable use policy",
  },
  {
    ...withYaml("livekit:\n  cli:\n    source: path\nfleet:\n  kind: local\n"),
    it: "a path without a path",
    where: "lkload.yaml:3:5",
    says: "livekit.cli.path",
  },
  { it: "neither hosts nor this machine", argv: ["plan"], where: "fleet", says: "--hosts" },
];

describe("typing mistakes", () => {
  it("are many", () => {
    expect(mistakes.length).toBeGreaterThanOrEqual(50);
  });

  it.each(mistakes)("$it", async ({ argv = ["plan"], yaml, env, where, says, hides }) => {
    await using folder = await TestFolder.make(yaml === undefined ? {} : { "lkload.yaml": yaml });
    const before = await folder.list();
    const { exitCode, stdout, stderr } = await folder.lkload(argv, {
      ...(env === undefined ? {} : { env }),
      columns: 500,
    });
    expect(stderr).toContain(where);
    expect(stderr).toContain(says);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    if (hides !== undefined) expect(stderr).not.toContain(hides);
    expect(await folder.list()).toEqual(before);
  });
});
