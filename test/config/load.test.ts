import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { noFlags, type FlagValue, type FlagValues } from "../../src/config/flags.ts";
import { loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/problem.ts";
import { requireFleet, requireTarget, requireTargetAndFleet } from "../../src/config/require-target.ts";
import { TestFolder } from "../cli/test-system.ts";

const flagsOf = (...values: FlagValue[]): FlagValues => ({ values, problems: [] });
const hostsFlag: FlagValue = { flag: "--hosts", path: ["fleet", "hosts"], value: ["x"] };
const localFlag: FlagValue = { flag: "--local", path: ["fleet", "kind"], value: "local" };

async function load(yaml: string, flags = noFlags, env: Record<string, string> = {}) {
  await using folder = await TestFolder.make({ "lkload.yaml": yaml });
  return await loadConfig({ flags, env, cwd: folder.dir });
}

async function problemsOf(yaml: string, flags = noFlags, env: Record<string, string> = {}) {
  const error: unknown = await load(yaml, flags, env).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error("no ConfigError", { cause: error });
  return error.problems;
}

describe("loading the configuration", () => {
  it("takes the environment over the file and flags over both, and remembers where from", async () => {
    const yaml = "livekit:\n  url: ws://file:1\n  apiKey: file\n  apiSecret: file\n";
    const url: FlagValue = { flag: "--url", path: ["livekit", "url"], value: "ws://flag:1" };
    const { config, origins, file } = await load(yaml, flagsOf(url), {
      LIVEKIT_URL: "ws://env:1",
      LIVEKIT_API_KEY: "env",
    });
    expect(file).toBe("lkload.yaml");
    const target = requireTarget(config);
    expect({ ...target, apiSecret: target.apiSecret.reveal() }).toEqual({
      url: "ws://flag:1",
      apiKey: "env",
      apiSecret: "file",
    });
    expect(origins.get("livekit.url")).toEqual({ origin: "flag", detail: "--url" });
    expect(origins.get("livekit.apiKey")).toEqual({ origin: "environment", detail: "LIVEKIT_API_KEY" });
    expect(origins.get("livekit.apiSecret")).toEqual({ origin: "file", detail: "lkload.yaml:4:3" });
    expect(origins.get("load.layout")).toEqual({ origin: "default", detail: "" });
  });

  it("takes an empty variable for one that is not set", async () => {
    const { config } = await load("livekit: { url: ws://file:1 }\n", noFlags, { LIVEKIT_URL: "" });
    expect(config.livekit.url).toBe("ws://file:1");
  });

  it("works without a file, and with one in which everything is commented out", async () => {
    await using folder = await TestFolder.make();
    expect(await loadConfig({ flags: noFlags, env: {}, cwd: folder.dir })).toMatchObject({ file: null });
    const { config } = await load("load:\nfleet:\n  hosts:\nthresholds:\n");
    expect(config.load.participants).toBe(100);
  });

  it("says that a file under another name is not read", async () => {
    await using folder = await TestFolder.make({ "lkload.yml": "load:\n" });
    await expect(loadConfig({ flags: noFlags, env: {}, cwd: folder.dir })).rejects.toThrow("-c lkload.yml");
  });

  it("lets a later choice of the fleet replace an earlier one", async () => {
    const { config: local } = await load("fleet: { hosts: [a, b], minHosts: 2 }\n", flagsOf(localFlag));
    expect(local.fleet).toEqual({ kind: "local", hosts: [] });
    const { config: hosts } = await load("fleet: { kind: local }\n", flagsOf(hostsFlag));
    expect(hosts.fleet).toEqual({ kind: "hosts", hosts: ["x"] });
    expect(await problemsOf("fleet: { kind: local, hosts: [a] }\n")).toHaveLength(1);
    expect(await problemsOf("", flagsOf(localFlag, hostsFlag))).toHaveLength(1);
  });

  it("starts relative paths of a file at the file", async () => {
    await using folder = await TestFolder.make();
    await mkdir(join(folder.dir, "deep"));
    const yaml =
      "ssh: { identityFile: key, knownHosts: ~/kh }\nplaybooks: { before: [a.sh, /b.sh] }\nrun: { dir: out }\n";
    await writeFile(join(folder.dir, "deep/x.yaml"), yaml);
    const dir: FlagValue = { flag: "--run-dir", path: ["run", "dir"], value: "here" };
    const { config } = await loadConfig({ file: "deep/x.yaml", flags: flagsOf(dir), env: {}, cwd: folder.dir });
    expect(config.ssh).toMatchObject({ identityFile: join(folder.dir, "deep/key"), knownHosts: "~/kh" });
    expect(config.playbooks.before).toEqual([join(folder.dir, "deep/a.sh"), "/b.sh"]);
    expect(config.run.dir).toBe("here");
  });

  it("tells every problem at once, in the order of the file, then those of flags", async () => {
    const flag: FlagValue = { flag: "--rooms", path: ["load", "rooms"], value: 0 };
    const yaml = [
      "thresholds:",
      "  los: 5",
      "load:",
      "  scenario: x",
      "  layout: 9x9",
      "livekit:",
      "  cli: { source: path }",
      "fleet:",
      "  hosts: [a, a]",
      "",
    ].join("\n");
    const problems = await problemsOf(yaml, { ...flagsOf(flag), problems: [{ where: "--bad", problem: "p" }] });
    expect(problems.map(({ where, path }) => [where, path])).toEqual([
      ["lkload.yaml:2:3", "thresholds.los"],
      ["lkload.yaml:4:3", "load.scenario"],
      ["lkload.yaml:5:3", "load.layout"],
      ["lkload.yaml:7:10", "livekit.cli.source"],
      ["lkload.yaml:9:14", "fleet.hosts[1]"],
      ["--rooms", "load.rooms"],
      ["--bad", undefined],
    ]);
  });

  it("never shows a secret, wherever it stands", async () => {
    const secret = "s3cr3t-s3cr3t";
    const broken = [
      `livekit:\n  apiSecret: "${secret}\n`,
      `livekit:\n  apiSecret: ${secret}: x\n`,
      `livekit:\n  apiSecret: [${secret}]\n`,
      `livekit:\n  apiSecrte: ${secret}\n`,
      `livekit:\n  url: https://me:${secret}@x y\n`,
      `livekit:\n  metrics: ["ftp://me:${secret}@x"]\n`,
      `livekit: ${secret}\n`,
      `ssh:\n  passphrase: "a\\n${secret}"\n`,
    ];
    for (const yaml of broken) {
      const text = JSON.stringify(await problemsOf(yaml));
      expect(text, yaml).not.toContain(secret);
    }
    const env = await problemsOf("", noFlags, { LIVEKIT_API_SECRET: `${secret}\n` });
    expect(env).toEqual([
      { where: "LIVEKIT_API_SECRET", path: "livekit.apiSecret", given: "***", problem: "must be one line of text" },
    ]);
  });

  it("keeps names such as __proto__ from doing harm", async () => {
    expect(await problemsOf("__proto__:\n  polluted: true\n")).toMatchObject([{ path: "__proto__" }]);
    expect(await problemsOf("load:\n  constructor: 1\n")).toMatchObject([{ path: "load.constructor" }]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("allows exactly 50 of each role against LiveKit Cloud, over the whole run", async () => {
    const cloud = "livekit: { url: wss://x.livekit.cloud }\nfleet: { hosts: [a, b] }\n";
    const { config } = await load(`${cloud}load: { publishers: 25, videoPublishers: 25, subscribers: 25 }\n`);
    expect(config.load.participants).toBe(50);
    const problems = await problemsOf(`${cloud}load: { publishers: 26, subscribers: 25 }\n`);
    expect(problems.map(({ problem }) => problem.split(" against")[0])).toEqual(["52 audioPublishers"]);
  });
});

describe("what a run needs beyond that", () => {
  it("is told at once, with how to set it", async () => {
    const { config } = await load("");
    expect(() => requireTargetAndFleet(config)).toThrow(
      /LIVEKIT_URL[^]*LIVEKIT_API_KEY[^]*LIVEKIT_API_SECRET[^]*--local/,
    );
    expect(() => requireFleet(config)).toThrow("--hosts");
  });

  it("is given where all of it is set", async () => {
    const env = { LIVEKIT_URL: "ws://x:1", LIVEKIT_API_KEY: "k", LIVEKIT_API_SECRET: "s" };
    const { config } = await load("fleet: { kind: local }\n", noFlags, env);
    expect(requireTargetAndFleet(config)).toMatchObject({ url: "ws://x:1", apiKey: "k" });
    expect(requireFleet(config)).toBe("local");
  });
});

describe("limits on windows that slide", () => {
  const metrics = 'livekit: { metrics: ["http://127.0.0.1:6789/metrics"] }\n';
  const limits = async (text: string) => (await load(`${metrics}thresholds: { ${text} }\n`)).config.thresholds;
  const problem = async (text: string, more = metrics) => {
    const [first, ...others] = await problemsOf(`${more}thresholds: { ${text} }\n`);
    expect(others).toEqual([]);
    return `${first?.path} ${first?.problem}`;
  };

  it("stand beside the short form", async () => {
    expect(await limits('loss: { max: "2.5%", for: 30s, abortOnFail: true }, retransmission: "<= 5%"')).toMatchObject({
      loss: { op: "<=", value: 2.5, unit: "%", forMs: 30_000, abortOnFail: true },
      retransmission: { op: "<=", value: 5, unit: "%" },
    });
    expect(await limits('participantsJoined: { min: "99%" }')).toMatchObject({
      participantsJoined: { op: ">=", value: 99, unit: "%" },
    });
  });

  it("are refused, with the reason, where nothing could be judged", async () => {
    expect(await problem('loss: { max: "2%", abortOnFail: true }')).toMatch(
      /thresholds\.loss must be with `for`.*known only at its end/,
    );
    expect(await problem('hostsFinished: { min: "99%", for: 30s }')).toMatch(
      /hostsFinished has no windows that slide, it is known only when the load has ended/,
    );
    expect(await problem('firstTrackP90: { max: "2s", for: 30s }')).toMatch(/before the steady window/);
    expect(await problem('loss: { max: "2%", for: 10s }')).toMatch(/at least 20s/);
    expect(await problem('retransmission: { max: "2%", for: 30s }', "")).toMatch(/without livekit\.metrics/);
    expect(await problem('probeJoinP50: { max: "400ms", for: 30s }')).toMatch(/without probes/);
    expect(await problem('loss: { max: "2%", for: 6m }')).toMatch(/at most load\.duration, which is 5m/);
    expect(await problem('loss: { max: "2%", min: "1%" }')).toMatch(/one of max and min/);
    expect(await problem('loss: { max: "<= 2%" }')).toMatch(/without a sign/);
    expect(await problemsOf('thresholds: { loss: { mx: "2%" } }\n')).toContainEqual(
      expect.objectContaining({ path: "thresholds.loss.mx", problem: "there is no such setting", suggestion: "max" }),
    );
  });
});
