import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { displayFor } from "../../src/cli/display/display.ts";
import type { System } from "../../src/cli/system.ts";
import type { LiveHost, LiveLoad, RunEvent } from "../../src/run/events.ts";

function terminal(options: { isTTY: boolean; columns?: number; env?: Record<string, string> }) {
  let nowMs = Date.UTC(2026, 0, 1, 12, 0, 0);
  const shown = { stdout: "", stderr: "" };
  const { isTTY, columns = 80, env = { TERM: "xterm" } } = options;
  const system: System = {
    env,
    cwd: "/",
    home: "/",
    pid: 1,
    nodeVersion: "24.0.0",
    stdout: { isTTY, columns, write: (text) => void (shown.stdout += text) },
    stderr: { isTTY, columns, write: (text) => void (shown.stderr += text) },
    now: () => nowMs,
    interrupt: new AbortController().signal,
    forced: new AbortController().signal,
    commandLine: "lkload run",
  };
  return { system, shown, pass: (ms: number) => (nowMs += ms) };
}

const host = (name: string, changes: Partial<LiveHost> = {}): LiveHost => ({
  host: name,
  intended: 100,
  joined: 98,
  tracks: 540,
  expectedTracks: 900,
  rxBps: 123_400_000,
  txBps: 4_200_000,
  maxCorePercent: 42,
  errors: 0,
  state: "running",
  ...changes,
});

const live = (hosts: LiveHost[]): LiveLoad => ({
  elapsedMs: 42_000,
  totalMs: 320_000,
  stage: "hold",
  hosts,
  serverParticipants: 98,
});

const events: RunEvent[] = [
  { type: "phase-started", phase: "configure" },
  { type: "host", phase: "configure", host: "gen-1", status: "started", detail: "tune" },
  { type: "host", phase: "configure", host: "gen-2", status: "failed", detail: "no route" },
  { type: "phase-ended", phase: "configure", outcome: "done", durationMs: 1234, detail: "1 host ready" },
  { type: "warning", text: "slow", host: "gen-1" },
  { type: "phase-started", phase: "load" },
  { type: "load", live: live([host("gen-1"), host("gen-2", { joined: 0, errors: 3, state: "lost" })]) },
];

describe("on a terminal", () => {
  test("phases, failures and the table are shown, within 80 columns, and the cursor comes back", async () => {
    const { system, shown } = terminal({ isTTY: true });
    const display = await displayFor(system, false);
    for (const event of events) display.show(event);
    display.close();
    const text = stripVTControlCharacters(shown.stderr);
    expect(text).toContain("Configure hosts");
    expect(text).toContain("gen-2: no route");
    expect(text).toMatch(/gen-1 +98\/100 +540\/900 +123 +4\.2 +42%/);
    expect(text).toMatch(/gen-2 .* lost/);
    expect(text).toMatch(/all +98\/200/);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(shown.stderr.endsWith("\u001B[?25h")).toBe(true);
    expect(shown.stdout).toBe("");
  });

  test("a long list of hosts shows the troubled ones", async () => {
    const { system, shown } = terminal({ isTTY: true });
    const display = await displayFor(system, false);
    const hosts = Array.from({ length: 150 }, (_, i) => host(`gen-${i}`, i === 77 ? { maxCorePercent: 99 } : {}));
    display.show({ type: "load", live: live(hosts) });
    display.close();
    const text = stripVTControlCharacters(shown.stderr);
    expect(text).toContain("gen-77");
    expect(text).toContain("138 more hosts");
  });

  test.each([40, 20])("nothing wraps at %i columns", async (columns) => {
    const { system, shown } = terminal({ isTTY: true, columns });
    const display = await displayFor(system, false);
    display.show({ type: "load", live: live([host("a-host-with-a-very-long-name")]) });
    display.close();
    for (const line of stripVTControlCharacters(shown.stderr).split("\n")) expect(line.length).toBeLessThan(columns);
  });

  test("NO_COLOR is kept", async () => {
    const { system, shown } = terminal({ isTTY: true, env: { TERM: "xterm", NO_COLOR: "1" } });
    const display = await displayFor(system, false);
    for (const event of events) display.show(event);
    display.close();
    // Moving the cursor is not colour: no "select graphic rendition" anywhere.
    // oxlint-disable-next-line no-control-regex
    expect(shown.stderr).not.toMatch(/\u001B\[[\d;]*m/);
  });
});

describe("without a terminal", () => {
  test.each([
    ["a pipe", { isTTY: false }],
    ["CI", { isTTY: true, env: { TERM: "xterm", CI: "true" } }],
    ["a dumb terminal", { isTTY: true, env: { TERM: "dumb" } }],
  ])("%s gets plain lines with the time", async (_, options) => {
    const { system, shown } = terminal(options);
    const display = await displayFor(system, false);
    for (const event of events) display.show(event);
    display.close();
    expect(shown.stderr).not.toContain("\u001B");
    expect(shown.stderr).toContain("12:00:00 Configure hosts done in 1.2 s: 1 host ready\n");
    expect(shown.stderr).toContain("  gen-2 failed: no route");
    expect(shown.stderr).toContain("warning: gen-1: slow");
    expect(shown.stderr).toContain("0:42 of 5:20, hold: joined 98/200, server sees 98, tracks 1080/1800");
  });

  test("the load is told every 10 s, and its end once", async () => {
    const { system, shown, pass } = terminal({ isTTY: false });
    const display = await displayFor(system, false);
    for (let second = 0; second < 25; second++, pass(1000)) display.show({ type: "load", live: live([host("a")]) });
    for (let second = 0; second < 5; second++, pass(1000))
      display.show({ type: "load", live: live([host("a", { state: "done" })]) });
    expect(shown.stderr.match(/joined/g)).toHaveLength(4);
  });
});

test("--json writes one event per line, to standard output alone", async () => {
  const { system, shown } = terminal({ isTTY: true });
  const display = await displayFor(system, true);
  for (const event of events) display.show(event);
  display.close();
  const lines = shown.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; atMs: number });
  expect(lines.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
  expect(lines[0]?.atMs).toBe(Date.UTC(2026, 0, 1, 12));
  expect(shown.stderr).toBe("");
});
