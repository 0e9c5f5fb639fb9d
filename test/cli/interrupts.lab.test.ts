/** Ctrl-C at bad moments, on real parts: this machine, lk, livekit-server, and `lkload` in its own process. */
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { ensureLk } from "../lab/binaries.ts";
import { startLivekitServer, type LivekitServer } from "../lab/livekit-server.ts";
import { Lkload, lkload } from "../lab/lkload.ts";

let server: LivekitServer;
let lk: string;
let root: string;
let cwd: string;
let env: Record<string, string>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lkload-interrupts-"));
  [server, lk] = await Promise.all([startLivekitServer(), ensureLk()]);
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

beforeEach(() => {
  cwd = mkdtempSync(join(root, "job-"));
  env = server.env;
  writeFileSync(
    join(cwd, "lkload.yaml"),
    stringify({
      livekit: { cli: { source: "path", path: lk } },
      load: { participants: 2, publishers: 1, videoPublishers: 1, videoResolution: "low", duration: "5m" },
    }),
  );
});

/** What the run has left on this machine; its id tells it from what others do here. */
function leftovers(): string[] {
  const [run = "none"] = globSync("*", { cwd: join(cwd, ".lkload/runs") });
  return [
    ...globSync(`/var/tmp/lkload-*/runs/${run}`),
    ...globSync(`/var/tmp/lkload-*/tuned/*/holders/${run}.*`),
    ...globSync("/proc/[0-9]*/environ").filter((path) => environmentOf(path).includes(`/runs/${run}/`)),
  ];
}

function environmentOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

test("while a target is awaited that never answers: exit 130 at once", async () => {
  await using silent = createServer((socket) => socket.on("error", () => undefined).resume()).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" ? address?.port : undefined;
  await using command = new Lkload(["run", "--local"], {
    cwd,
    env: { ...env, LIVEKIT_URL: `http://127.0.0.1:${port}` },
  });
  await Promise.all([command.until(/Check the target …/), once(silent, "connection")]);
  const interruptedAt = performance.now();
  command.kill("SIGINT");
  expect(await command.exit(), command.stderr).toBe(130);
  // The target itself would have been given 8 s.
  expect(performance.now() - interruptedAt).toBeLessThan(5000);
  expect(command.stderr).not.toContain("no answer");
  expect(leftovers()).toEqual([]);
});

test("told twice in the same moment, as npx does: cleaned up all the same, exit 130", async () => {
  await using command = new Lkload(["run", "--local"], { cwd, env });
  await command.until(/joined 2\/2/);
  command.kill("SIGINT");
  await command.until(/interrupted/);
  command.kill("SIGINT");
  expect(await command.exit(), command.stderr).toBe(130);
  expect(command.stdout).toContain("the load was interrupted");
  expect(leftovers()).toEqual([]);
});

test("three times, while the server hangs: exit 6, with the way to what is left, and `lkload destroy` removes it", async () => {
  await using command = new Lkload(["run", "--local"], { cwd, env });
  await command.until(/joined 2\/2/);
  // Its rooms cannot be deleted now, so cleaning up cannot end well, however quick this machine is.
  process.kill(server.pid, "SIGSTOP");
  try {
    for (let wish = 0; wish < 3; wish++) {
      command.kill("SIGINT");
      // Less than a second apart they are one wish.
      await delay(1100);
    }
    expect(await command.exit(), command.stderr).toBe(6);
    expect(command.stderr).toContain("lkload destroy");
  } finally {
    process.kill(server.pid, "SIGCONT");
  }
  const destroyed = await lkload(["destroy"], { cwd, env });
  expect(destroyed.exitCode, destroyed.stderr).toBe(0);
  expect(leftovers()).toEqual([]);
});
