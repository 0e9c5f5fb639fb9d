/** The generator with programs in lk's place that misbehave in ways that the real one does only now and then. */
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { cleanupHost, collectHost, heartbeat, stopHost } from "../../src/playbook/generate.ts";
import { PlaybookError } from "../../src/playbook/playbook.ts";
import { PassThrough } from "node:stream";
import {
  arm,
  events,
  inGoodTime,
  labHost,
  markedProcesses,
  ofMarkedProcesses,
  readStream,
  through,
  until,
  untilDone,
  untilLine,
  withLkScript,
} from "./lab-host.ts";

/** Like lk while it holds its participants. */
const holds = `echo "subscribed to track a_1 TR_x audio 1/1"; trap 'kill $!; echo bye; exit 0' INT; sleep 300 & wait`;
/** Wherever this machine has a Python, it is none in a mount namespace of the command's own. */
const hidePython = `for f in /usr/bin/python3 /usr/local/bin/python3; do [ ! -e $f ] || mount --bind /dev/null $f; done; PATH=/usr/bin:/bin exec "$@"`;
const withoutPython = ["unshare", "--mount", "sh", "-c", hidePython, "sh"];
const joined = (line: { text: string }) => line.text.startsWith("subscribed to track");
const gone = (host: Parameters<typeof markedProcesses>[0]) =>
  until(async () => ((await markedProcesses(host)).length === 0 ? true : undefined), 10_000);

test("a start that fails once is tried again, and said so", async () => {
  await using host = await labHost();
  await withLkScript(
    host,
    `[ -e again ] || { : >again; echo "no luck" >&2; exit 7; }\necho "publishing audio track - a_pub_0"`,
  );
  await arm(host, { startAtHostMs: inGoodTime() });
  const said = events(await untilDone(host));
  expect(said.map((event) => event["event"])).toEqual([
    "armed",
    "started",
    "exited",
    "retry",
    "started",
    "exited",
    "done",
  ]);
  expect(said[3]).toEqual({
    event: "retry",
    segment: "s1",
    attempt: "2",
    reason: "exit code 7 before any participant joined",
  });
  expect(Number(said[4]?.["error_us"])).toBeGreaterThan(400_000);
  expect(said.at(-1)).toEqual({ event: "done", reason: "finished" });
});

test("a crash after participants joined is no failed start", async () => {
  await using host = await labHost();
  await withLkScript(host, `echo "publishing audio track - a_pub_0"; exit 2`);
  await arm(host, { startAtHostMs: inGoodTime() });
  const said = events(await untilDone(host));
  expect(said.map((event) => event["event"])).toEqual(["armed", "started", "exited", "done"]);
  expect(said.at(-1)).toEqual({ event: "done", reason: "failed" });
});

test("lk that ignores SIGINT is killed within 3 s of the order", async () => {
  await using host = await labHost();
  await withLkScript(host, `trap '' INT; echo "subscribed to track a_1 TR_x audio 1/1"; exec sleep 300`);
  await arm(host, {
    segments: [
      ["s1", "0", "x"],
      ["s2", "0", "x"],
    ],
  });
  for (const id of ["s1", "s2"]) await untilLine(host, (line) => line.source === id && joined(line));
  const asked = performance.now();
  expect(await stopHost(host.remote, host.scope)).toMatchObject({ stopped: 2, killed: 0 });
  expect(performance.now() - asked).toBeLessThan(3500);
  const said = events(await readStream(host));
  const killed = said.filter((event) => event["event"] === "killed").map((event) => event["segment"]);
  expect(new Set(killed)).toEqual(new Set(["s1", "s2"]));
  expect(said.filter((event) => event["event"] === "exited").map((event) => event["code"])).toEqual(["137", "137"]);
  expect(said.at(-1)).toEqual({ event: "done", reason: "asked" });
});

test("stopped before its time, lk is never started", async () => {
  await using host = await labHost();
  await withLkScript(host, ": >started");
  await arm(host, { startAtHostMs: Date.now() + 60_000 });
  await stopHost(host.remote, host.scope);
  const said = events(await readStream(host));
  expect(said.map((event) => event["event"])).not.toContain("started");
  expect(said.at(-1)).toEqual({ event: "done", reason: "asked" });
  expect(existsSync(join(host.dir, "started"))).toBe(false);
});

test.each(["with Python", "without Python"])(
  "%s: who waits for the start is ahead of all others, lk is not",
  async (how) => {
    await using host = await labHost();
    await withLkScript(host, "echo policy $(chrt --pid $$)");
    const remote = how === "with Python" ? host.remote : through(host.remote, withoutPython);
    await arm({ ...host, remote }, { startAtHostMs: inGoodTime() });
    // proc_pid_stat(5): field 41 is the policy, 1 is SCHED_FIFO; the command's name before it may hold spaces.
    const stats = await ofMarkedProcesses(host, "stat");
    const policies = stats.map((stat) => stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38]);
    expect(policies.filter((policy) => policy === "1")).toHaveLength(1);
    await untilDone(host);
    const said = (await readStream(host)).find(({ text }) => text.startsWith("policy "))?.text;
    expect(said).toMatch(/SCHED_OTHER.*priority: 0/);
  },
);

test("lk that cannot be executed ends as a shell's command does, each start with its reason", async () => {
  await using host = await labHost();
  await withLkScript(host, "");
  await rm(join(host.dir, "lk"));
  await arm(host);
  const lines = await untilDone(host);
  expect(lines.filter(({ source }) => source === "s1").map(({ text }) => text)).toEqual(
    Array.from({ length: 3 }, () => `${host.dir}/lk: No such file or directory`),
  );
  expect(events(lines).find(({ event }) => event === "exited")).toMatchObject({ code: "127" });
});

test("without heartbeats the load ends; each one puts that off", async () => {
  await using host = await labHost();
  await withLkScript(host, holds);
  await arm(host, { deadManMs: 3000 });
  const armed = performance.now();
  await untilLine(host, joined);
  while (performance.now() - armed < 5000) {
    await heartbeat(host.remote, host.scope);
    await until(async () => true, 500);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(events(await readStream(host)).map((event) => event["event"])).not.toContain("stopping");
  const lines = await untilDone(host, 8000);
  expect(
    events(lines)
      .slice(-3)
      .map((event) => event["reason"] ?? event["code"]),
  ).toEqual(["deadman", "0", "deadman"]);
});

test("when the supervisor is killed, its guard ends the load", async () => {
  await using host = await labHost();
  await withLkScript(host, holds);
  const { pid } = await arm(host);
  await untilLine(host, joined);
  process.kill(pid, "SIGKILL");
  const lines = await untilDone(host, 10_000);
  expect(events(lines).slice(-2)).toEqual([
    { event: "stopping", reason: "lost" },
    { event: "done", reason: "failed" },
  ]);
  expect(lines.some((line) => line.source === "s1" && line.text === "bye")).toBe(true);
  await gone(host);
});

test("cleanup leaves nothing of a host whose supervisor was killed at any time", async () => {
  await using host = await labHost();
  await withLkScript(host, holds);
  const { pid } = await arm(host);
  await untilLine(host, joined);
  process.kill(pid, "SIGKILL");
  const cleaned = await cleanupHost(host.remote, host.scope);
  expect(cleaned.left).toEqual([]);
  expect(cleaned.made).toBeGreaterThan(5);
  expect(cleaned.removed).toBe(cleaned.made);
  expect(await markedProcesses(host)).toEqual([]);
  expect(existsSync(host.scope.base)).toBe(false);
  expect(await cleanupHost(host.remote, host.scope)).toEqual({ made: 0, removed: 0, left: [], note: null });
});

test("when the process that stamps a segment's lines is killed, its lk does not go on unseen", async () => {
  await using host = await labHost();
  await withLkScript(host, holds);
  await arm(host);
  const lines = await untilLine(host, joined);
  const lk = events(lines).find((event) => event["event"] === "started")?.["pid"] ?? "";
  const stamper = execFileSync("ps", ["-o", "ppid=", "-p", lk], { encoding: "utf8" }).trim();
  process.kill(Number(stamper), "SIGKILL");
  const said = events(await untilDone(host, 10_000));
  expect(said).toContainEqual({ event: "failed", segment: "s1", reason: "its supervising process was killed" });
  expect(said.at(-1)).toEqual({ event: "done", reason: "failed" });
  expect(await markedProcesses(host)).not.toContain(Number(lk));
});

test("lines of several writers never mix, long ones are cut, and a cut leaves no part of a secret", async () => {
  await using host = await labHost();
  const secret = "Zq7-secret-Zq7-secret-Zq7-secret";
  await withLkScript(
    host,
    `pad() { printf "%0\${1}d" 0; }
echo "publishing \${LIVEKIT_API_SECRET}"
for i in $(seq 150); do
  echo "line $i $(pad 500)"
  echo "long $i $(pad $((3850 + i % 100))) $LIVEKIT_API_SECRET eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJh.c2lnbmF0dXJl end"
done
printf "no end of line: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJh.c2ln"`,
  );
  await arm(host, {
    segments: [
      ["s1", "0", "x"],
      ["s2", "0", "x"],
    ],
    secrets: { LIVEKIT_URL: "http://127.0.0.1:1", LIVEKIT_API_KEY: "k", LIVEKIT_API_SECRET: secret },
  });
  // Splitting throws on a line that is not whole.
  const lines = await untilDone(host);
  for (const segment of ["s1", "s2"]) {
    const own = lines.filter((line) => line.source === segment);
    expect(own).toHaveLength(302);
    expect(own[0]?.text).toBe("publishing [secret]");
    expect(own.filter((line) => line.text.startsWith("line ")).map((line) => line.text.length)).toEqual(
      Array.from({ length: 150 }, (_, i) => `line ${i + 1} `.length + 500),
    );
    expect(own.some((line) => line.text.endsWith("[cut]"))).toBe(true);
    expect(own.at(-1)?.text).toBe("no end of line: [token]");
  }
  const text = await readFile(join(host.dir, "stream.log"), "utf8");
  expect(text).not.toMatch(/eyJ|Zq7/);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(4096);
});

test("a full disk does not keep the load from ending at its deadline", async () => {
  await using host = await labHost();
  const mountPoint = dirname(host.scope.base);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "lkload-test", mountPoint]);
  try {
    await withLkScript(
      host,
      `trap 'exit 0' INT; while :; do echo "subscribed to track a_1 $(printf %0900d 0)"; sleep 0.01; done`,
    );
    const startAtMs = Date.now() + 500;
    await arm(host, { startAtHostMs: startAtMs, deadlineHostMs: startAtMs + 4000 });
    await untilLine(host, joined);
    expect(() => appendFileSync(join(mountPoint, "ballast"), Buffer.alloc(4 << 20))).toThrow(/ENOSPC/);
    await gone(host);
    expect(Date.now()).toBeLessThan(startAtMs + 4000 + 11_000 + 3000);
    await cleanupHost(host.remote, host.scope);
    expect(existsSync(host.scope.base)).toBe(false);
  } finally {
    execFileSync("umount", [mountPoint]);
  }
});

test("a host is armed once per run", async () => {
  await using host = await labHost();
  await withLkScript(host, holds);
  await arm(host);
  await expect(arm(host)).rejects.toThrow(
    /h1: start\.sh: this run's generator is already running here \(process \d+\)/,
  );
  await stopHost(host.remote, host.scope);
  await expect(arm(host)).rejects.toThrow(/was armed before/);
});

test("results can be had while the generator runs, and not before it was armed", async () => {
  await using host = await labHost();
  await withLkScript(host, holds);
  await expect(collectHost(host.remote, new PassThrough().resume(), host.scope)).rejects.toThrow(PlaybookError);
  await arm(host);
  await untilLine(host, joined);
  const archive = new PassThrough();
  const chunks: Buffer[] = [];
  archive.on("data", (chunk: Buffer) => chunks.push(chunk));
  await collectHost(host.remote, archive, host.scope);
  const stream = execFileSync("tar", ["-xzOf", "-", "stream.log"], { input: Buffer.concat(chunks), encoding: "utf8" });
  expect((await readFile(join(host.dir, "stream.log"), "utf8")).startsWith(stream)).toBe(true);
  expect(stream).toContain("event=started");
});

test("works on a bash without EPOCHREALTIME, as 4.2 is", async () => {
  await using host = await labHost();
  await mkdir(host.dir, { recursive: true, mode: 0o700 });
  const playbooks = join(import.meta.dirname, "../../playbooks");
  await withLkScript(host, `echo "publishing audio track - a_pub_0"; sleep 2`);
  for (const name of ["generator.sh", "sampler.sh"]) {
    execFileSync("cp", [join(playbooks, name), host.dir]);
  }
  writeFileSync(join(host.dir, "segments.tsv"), "s1\t0\tx\n");
  writeFileSync(join(host.dir, "secrets"), "");
  writeFileSync(join(host.dir, "bash-4"), "unset EPOCHREALTIME\n");
  const startAt = inGoodTime() / 1000;
  const [command = "", ...args] = withoutPython;
  execFileSync(command, [...args, "bash", join(host.dir, "generator.sh")], {
    env: {
      PATH: process.env["PATH"],
      BASH_ENV: join(host.dir, "bash-4"),
      LKLOAD_GENERATOR: host.dir,
      LKLOAD_START_AT: startAt.toFixed(6),
      LKLOAD_DEADLINE: (startAt + 20).toFixed(6),
      LKLOAD_DEADMAN_S: "20",
      LKLOAD_STOP_GRACE_S: "2",
      LKLOAD_DEADLINE_GRACE_S: "2",
    },
  });
  const lines = await readStream(host);
  const said = events(lines);
  expect(said.map((event) => event["event"])).toEqual(["armed", "started", "exited", "done"]);
  expect(Number(said[1]?.["error_us"])).toBeLessThan(500_000);
  expect(lines.filter((line) => line.source === "smp").length).toBeGreaterThanOrEqual(3);
});

test("without Python nothing is read, and the stream says why", async () => {
  await using host = await labHost();
  await withLkScript(host, `echo "publishing audio track - a_pub_0"`);
  await arm({ ...host, remote: through(host.remote, withoutPython) });
  const lines = await untilDone(host);
  expect(lines.filter((line) => line.source === "rtp").map((line) => line.text)).toEqual([
    "reason=python3 is not installed",
  ]);
});
