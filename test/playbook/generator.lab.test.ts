import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectHost, heartbeat, stopHost, streamFile } from "../../src/playbook/generate.ts";
import { type LivekitServer, startLivekitServer } from "../lab/livekit-server.ts";
import {
  arm,
  events,
  inGoodTime,
  labHost,
  markedProcesses,
  ofMarkedProcesses,
  readStream,
  secretsFor,
  until,
  untilDone,
  untilLine,
  withLk,
} from "./lab-host.ts";

let server: LivekitServer;
beforeAll(async () => {
  server = await startLivekitServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const words = (prefix: string, ...more: string[]) => [
  "perf",
  "load-test",
  "--room=playbook",
  `--identity-prefix=${prefix}`,
  "--video-codec=vp8",
  "--num-per-second=10",
  ...more,
];
const holding = (line: { text: string }) => line.text.startsWith("Finished connecting");

describe("a whole run", () => {
  test("starts on time, stamps every line, samples the host, ends, and is collected", async () => {
    await using host = await labHost();
    await withLk(host);
    const audio = ["--audio-publishers=2", "--subscribers=2", "--duration=3s"];
    const { startAtMs } = await arm(host, {
      startAtHostMs: inGoodTime(),
      segments: [
        ["s1", "0", ...words("a", ...audio)],
        ["s2", "300000", ...words("b", ...audio)],
      ],
      secrets: secretsFor(server),
    });
    expect(existsSync(join(host.dir, "secrets"))).toBe(false);
    await heartbeat(host.remote, host.scope);
    await untilLine(host, holding);
    const commandLines = await ofMarkedProcesses(host, "cmdline");
    expect(commandLines.length).toBeGreaterThan(2);
    expect(commandLines.join("\n")).not.toContain(server.apiSecret);

    const lines = await untilDone(host);
    const said = events(lines);
    expect(said[0]).toMatchObject({ event: "armed", at: (startAtMs / 1000).toFixed(6), segments: "2" });
    const started = said.filter((event) => event["event"] === "started");
    expect(started.map((event) => event["segment"])).toEqual(["s1", "s2"]);
    for (const event of started) {
      expect(Number(event["error_us"])).toBeGreaterThanOrEqual(0);
      expect(Number(event["error_us"])).toBeLessThan(500_000);
    }
    // This machine is shared: one start may be late, not both.
    expect(Math.min(...started.map((event) => Number(event["error_us"])))).toBeLessThan(5000);
    expect(said.filter((event) => event["event"] === "exited").map((event) => event["code"])).toEqual(["0", "0"]);
    expect(lines.at(-1)?.text).toBe("event=done reason=finished");

    const joined = lines.filter((line) => line.source === "s1" && line.text.startsWith("subscribed to track a_"));
    expect(joined.length).toBeGreaterThanOrEqual(4);
    expect(lines.some((line) => line.source === "s2" && line.text.includes("Subscriber summaries"))).toBe(true);
    for (const source of ["s1", "s2", "smp", "rtp"]) {
      const times = lines.filter((line) => line.source === source).map((line) => line.time);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    const samples = lines.filter((line) => line.source === "smp");
    expect(samples.length).toBeGreaterThanOrEqual(4);
    expect(samples.some((line) => /\bp\.s1=\d+,\d+,\d+,\d{4,},\d+/.test(line.text))).toBe(true);

    const rtp = lines.filter((line) => line.source === "rtp");
    expect(rtp.length).toBeGreaterThanOrEqual(4);
    expect(rtp.some((line) => / audio=\d+,\d{2,},\d{2,},/.test(line.text))).toBe(true);

    expect(await streamFile(host.remote, host.scope)).toBe(join(host.dir, "stream.log"));
    expect(await until(async () => ((await markedProcesses(host)).length === 0 ? true : undefined), 2000)).toBe(true);
    const archive = join(host.scope.base, "..", "h1.tar.gz");
    const { bytes } = await collectHost(host.remote, createWriteStream(archive), host.scope);
    expect(bytes).toBeGreaterThan(1000);
    const file = (name: string) => execFileSync("tar", ["-xzOf", archive, name], { maxBuffer: 1 << 28 });
    expect(file("stream.log").equals(await readFile(join(host.dir, "stream.log")))).toBe(true);
    for (const [, hash, name] of file("manifest.sha256")
      .toString()
      .matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)) {
      expect(
        createHash("sha256")
          .update(file(name ?? ""))
          .digest("hex"),
      ).toBe(hash);
    }
    expect(file("generator.err").toString()).toBe("");
    expect(execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).split("\n").sort()).toEqual(
      ["", "generator.err", "manifest.sha256", "segments.tsv", "stream.log"].sort(),
    );
  });
});

describe("what must not be stored", () => {
  test("a refused join's token, which lk prints in full, is taken out on the host", async () => {
    await using host = await labHost();
    await withLk(host);
    const wrong = "not-the-secret-of-this-server-at-all";
    await arm(host, {
      segments: [["s1", "0", ...words("a", "--subscribers=1", "--duration=1s")]],
      secrets: { ...secretsFor(server), LIVEKIT_API_SECRET: wrong },
    });
    const lines = await untilDone(host);
    expect(lines.some((line) => line.text.includes("could not connect Sub 0") && line.text.includes("[token]"))).toBe(
      true,
    );
    // The generator itself names what it looks for.
    const found = await host.remote.exec(["grep", "-rlsE", `eyJ|${wrong}`, "--exclude=generator.sh", host.dir]);
    expect(found).toMatchObject({ exitCode: 1, stdout: "" });
  });
});

describe("ends", () => {
  const long = words("a", "--audio-publishers=1", "--subscribers=2", "--duration=10m");

  test("within 3 s when asked, with lk's last words", async () => {
    await using host = await labHost();
    await withLk(host);
    await arm(host, { segments: [["s1", "0", ...long]], secrets: secretsFor(server) });
    await untilLine(host, holding);
    const asked = performance.now();
    expect(await stopHost(host.remote, host.scope)).toEqual({ stopped: 1, killed: 0 });
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(await markedProcesses(host)).toEqual([]);
    const lines = await readStream(host);
    expect(lines.some((line) => line.text.includes("Subscriber summaries"))).toBe(true);
    expect(events(lines).slice(-3)).toEqual([
      { event: "stopping", reason: "asked" },
      expect.objectContaining({ event: "exited", segment: "s1", code: "0" }),
      { event: "done", reason: "asked" },
    ]);
    expect(await stopHost(host.remote, host.scope)).toEqual({ stopped: 0, killed: 0 });
  });

  test("at the deadline", async () => {
    await using host = await labHost();
    await withLk(host);
    const startAtMs = Date.now() + 1000;
    await arm(host, {
      segments: [["s1", "0", ...long]],
      secrets: secretsFor(server),
      startAtHostMs: startAtMs,
      deadlineHostMs: startAtMs + 3000,
    });
    const lines = await untilDone(host);
    const stopping = lines.find((line) => line.text === "event=stopping reason=deadline");
    expect(stopping?.time).toBeGreaterThanOrEqual(startAtMs / 1000 + 3 - 0.02);
    expect(stopping?.time).toBeLessThan(startAtMs / 1000 + 5);
    expect(lines.at(-1)?.text).toBe("event=done reason=deadline");
  });

  test("when lk itself fails to start, after three attempts", async () => {
    await using host = await labHost();
    await withLk(host);
    await arm(host, {
      segments: [["s1", "0", ...words("a", "--video-publishers=1", "--no-such-flag")]],
      secrets: secretsFor(server),
    });
    const said = events(await untilDone(host));
    expect(said.filter((event) => event["event"] === "started").map((event) => event["attempt"])).toEqual([
      "1",
      "2",
      "3",
    ]);
    expect(said.filter((event) => event["event"] === "exited").map((event) => event["code"])).toEqual(["1", "1", "1"]);
    expect(said.filter((event) => event["event"] === "retry")).toHaveLength(2);
    expect(said.filter((event) => event["event"] === "failed")).toEqual([
      { event: "failed", segment: "s1", reason: "exit code 1 at each of 3 starts" },
    ]);
    expect(said.at(-1)).toEqual({ event: "done", reason: "failed" });
  });
});
