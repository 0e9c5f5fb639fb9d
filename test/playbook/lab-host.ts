/** This machine as a host with a folder of its own, and everything of it gone when the block ends. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Secret } from "../../src/config/secret.ts";
import type { HostScope } from "../../src/playbook/host-scope.ts";
import { armHost, cleanupHost, type ArmOrders } from "../../src/playbook/generate.ts";
import { installLk } from "../../src/playbook/install-lk.ts";
import { openLocal } from "../../src/remote/local.ts";
import type { Remote } from "../../src/remote/remote.ts";
import { configSchema } from "../../src/config/schema.ts";
import { ensureLk, lkVersion } from "../lab/binaries.ts";
import { tempDir } from "../lab/temp-dir.ts";

export interface LabHost extends AsyncDisposable {
  readonly remote: Remote;
  readonly scope: Required<HostScope>;
  /** `$LKLOAD_DIR` of the host. */
  readonly dir: string;
}

export async function labHost(name = "h1"): Promise<LabHost> {
  await using resources = new AsyncDisposableStack();
  const temp = resources.use(await tempDir("host"));
  const signal = AbortSignal.timeout(120_000);
  const remote = resources.use(await openLocal(name, { become: "none", signal }));
  const base = join(temp.path, "base");
  const scope = { runId: "run-1", host: name, base, signal };
  // Only to be sure: what a failed test left running.
  resources.defer(async () => void (await cleanupHost(remote, { ...scope, signal: AbortSignal.timeout(30_000) })));
  const owned = resources.move();
  const dir = join(base, "runs", scope.runId, name);
  return { remote, scope, dir, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The same host, with every command run by another: `ip netns exec NAME`. */
export function through(remote: Remote, prefix: readonly string[]): Remote {
  return {
    host: remote.host,
    privileged: remote.privileged,
    exec: (argv, options) => remote.exec([...prefix, ...argv], options),
    open: (argv, options) => remote.open([...prefix, ...argv], options),
    close: () => remote.close(),
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  };
}

/** The real lk on the host. */
export async function withLk(host: LabHost): Promise<void> {
  const path = await ensureLk();
  const { cli } = configSchema.parse({ livekit: { cli: { source: "path", path, version: lkVersion } } }).livekit;
  await installLk(host.remote, { ...host.scope, cli, arch: process.arch === "arm64" ? "arm64" : "amd64" });
}

/** A program of the test's own in lk's place, as bash reads it. */
export async function withLkScript(host: LabHost, body: string): Promise<void> {
  await host.remote.exec(["mkdir", "-p", "-m", "0700", host.dir]);
  await host.remote.exec(["chmod", "0700", host.scope.base]);
  await writeFile(join(host.dir, "lk"), `#!/usr/bin/env bash\n${body}\n`, { mode: 0o755 });
}

export type Orders = Partial<Pick<ArmOrders, "startAtHostMs" | "deadlineHostMs" | "deadManMs">> & {
  segments?: string[][];
  secrets?: Record<string, string>;
};

/** So far ahead that a busy machine too is armed before the start. */
export const inGoodTime = (): number => Date.now() + 5000;

/** Arms for a start in 1 s, unless told otherwise: on a busy machine it may come before the host is armed. */
export async function arm(host: LabHost, orders: Orders = {}): Promise<{ pid: number; startAtMs: number }> {
  const startAtMs = orders.startAtHostMs ?? Date.now() + 1000;
  const { pid } = await armHost(host.remote, {
    ...host.scope,
    segmentsTsv: (orders.segments ?? [["s1", "0", "run"]]).map((words) => `${words.join("\t")}\n`).join(""),
    secrets: Object.fromEntries(
      Object.entries(
        orders.secrets ?? secretsFor({ url: "http://127.0.0.1:1", apiKey: "key", apiSecret: "hush-hush" }),
      ).map(([name, value]) => [name, new Secret(value)]),
    ),
    startAtHostMs: startAtMs,
    deadlineHostMs: orders.deadlineHostMs ?? startAtMs + 60_000,
    deadManMs: orders.deadManMs ?? 60_000,
  });
  return { pid, startAtMs };
}

export function secretsFor(server: { url: string; apiKey: string; apiSecret: string }): Record<string, string> {
  return { LIVEKIT_URL: server.url, LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret };
}

export type Line = { time: number; source: string; text: string };

export async function readStream(host: LabHost): Promise<Line[]> {
  const text = await readFile(join(host.dir, "stream.log"), "utf8");
  // The last one may be half written.
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const match = /^(\d+\.\d{6}) (\S+)(?: (.*))?$/s.exec(line);
      if (!match) throw new Error(`not a line of a stream: ${JSON.stringify(line)}`);
      return { time: Number(match[1]), source: match[2] ?? "", text: match[3] ?? "" };
    });
}

/** What the supervisor says, as `{event, segment, …}`. */
export function events(lines: readonly Line[]): Record<string, string>[] {
  return lines
    .filter((line) => line.source === "sup")
    .map((line) => Object.fromEntries([...line.text.matchAll(/(\w+)=(.*?)(?= \w+=|$)/g)].map((m) => [m[1], m[2]])));
}

/** Waits until a line of the stream fits; gives up after `withinMs`. */
export async function untilLine(host: LabHost, fits: (line: Line) => boolean, withinMs = 30_000): Promise<Line[]> {
  return until(
    async () => {
      const lines = await readStream(host);
      return lines.some(fits) ? lines : undefined;
    },
    withinMs,
    () => readFile(join(host.dir, "stream.log"), "utf8"),
  );
}

export function untilDone(host: LabHost, withinMs = 30_000): Promise<Line[]> {
  return untilLine(host, (line) => line.source === "sup" && line.text.startsWith("event=done"), withinMs);
}

/** Asks again and again until there is an answer. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  withinMs: number,
  describe: () => Promise<string> = async () => "",
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms\n${await describe()}`);
    await delay(20);
  }
}

/** Processes that carry the host's mark. */
export async function markedProcesses(host: LabHost): Promise<number[]> {
  const mark = `LKLOAD_GENERATOR=${host.dir}`;
  const { stdout } = await host.remote.exec(["sh", "-c", 'grep -lszxF "$1" /proc/[0-9]*/environ; true', "sh", mark]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Number(line.split("/")[2]));
}

/** `/proc/PID/<file>` of those that carry the mark. Some live only for a moment: who is gone is left out. */
export async function ofMarkedProcesses(host: LabHost, file: string): Promise<string[]> {
  const pids = await markedProcesses(host);
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => undefined)));
  return texts.filter((text) => text !== undefined);
}
