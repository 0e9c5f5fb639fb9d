import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { lkload } from "./test-system.ts";

const secret = "hunter2hunter2";
const env = { LIVEKIT_URL: "https://me:pass@livekit.example.com", LIVEKIT_API_KEY: "key", LIVEKIT_API_SECRET: secret };
const yaml = `
load:
  scenario: medium-500
  stagger: 2s
thresholds:
  loss: false
  retransmission: "<= 5%"
tuning:
  sysctl: { net.core.rmem_max: 1000000 }
fleet:
  hosts: [a, { address: b, name: gen-b }]
`;

describe("lkload config", () => {
  it("shows every value with where it came from", async () => {
    const { exitCode, stdout } = await lkload(["config", "--rooms", "3"], { env, files: { "lkload.yaml": yaml } });
    expect(exitCode).toBe(0);
    const lines = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "));
    for (const line of [
      'livekit.url: "https://me:***@livekit.example.com"  # LIVEKIT_URL',
      'livekit.apiSecret: "***"  # LIVEKIT_API_SECRET',
      "load.scenario: medium-500  # lkload.yaml:3:3",
      "load.rooms: 3  # --rooms",
      "load.participants: 500  # scenario medium-500",
      "load.duration: 3m  # scenario medium-500",
      "load.stagger: 2s  # lkload.yaml:4:3",
      "load.videoResolution: high  # default",
      "fleet.hosts: [a, { name: gen-b, address: b }]  # lkload.yaml:11:3",
      'tuning.sysctl.net.core.rmem_max: "1000000"  # lkload.yaml:9:13',
      "thresholds.loss: false  # lkload.yaml:6:3",
      'thresholds.retransmission: "<= 5%"  # lkload.yaml:7:3',
      'thresholds.trackSubscribeP99: "<= 400ms"  # default',
    ]) {
      expect(lines).toContain(line);
    }
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain("pass@");
  });

  it("says what is not set", async () => {
    const { stdout } = await lkload(["config"]);
    expect(stdout).toMatch(/^livekit\.url: +# default, not set$/m);
  });

  it("as JSON is a configuration that gives the same again", async () => {
    const sliding = yaml.replace(
      "  loss: false",
      "  loss: false\n  probeJoinP95: { max: 400ms, for: 30s, abortOnFail: true }\nprobes: { perRoom: 1, interval: 3s }",
    );
    const whole = sliding.replace(/(\nprobes: .*)(\n {2}retransmission: .*)/, "$2$1");
    const first = await lkload(["config", "--json"], { files: { "lkload.yaml": whole } });
    const { config } = JSON.parse(first.stdout) as { config: unknown };
    const second = await lkload(["config", "--json"], { files: { "lkload.yaml": stringify(config) } });
    expect(second.stderr).toBe("");
    expect((JSON.parse(second.stdout) as { config: unknown }).config).toEqual(config);
    const origins = (JSON.parse(first.stdout) as { origins: Record<string, unknown> }).origins;
    expect(origins["load.stagger"]).toEqual({ origin: "file", detail: "lkload.yaml:4:3" });
  });
});
