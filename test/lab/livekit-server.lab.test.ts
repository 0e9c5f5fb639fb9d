import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { RoomServiceClient } from "livekit-server-sdk";
import { expect, test } from "vitest";
import { ensureLk } from "./binaries.ts";
import { startLivekitServer } from "./livekit-server.ts";
import { runCommand } from "./run-command.ts";

test("a server answers with its keys, its metrics and lk's participants, and leaves nothing", async () => {
  let pid: number;
  let dir: string;
  {
    await using server = await startLivekitServer();
    pid = server.pid;
    dir = dirname(server.logFile);
    const rooms = new RoomServiceClient(server.url, server.apiKey, server.apiSecret);
    expect(await rooms.listRooms()).toEqual([]);
    const stdout = await runCommand(
      await ensureLk(),
      ["perf", "load-test", "--room", "r1", "--duration", "3s", "--audio-publishers", "1", "--subscribers", "1"],
      { env: server.env },
    );
    expect(stdout).toMatch(/subscribed to track \S+ \S+ audio 1\/1/);
    const metrics = await (await fetch(server.metricsUrl)).text();
    expect(metrics).toMatch(/^livekit_participant_join_total\{.*state="rtc_connected".*\} 2$/m);
  }
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await expect(access(dir)).rejects.toThrow("ENOENT");
});

test("a restarted server is another process at the same address", async () => {
  await using server = await startLivekitServer();
  const { pid, url } = server;
  await server.stop();
  await expect(fetch(url)).rejects.toThrow();
  expect(() => server.pid).toThrow("stopped");
  await server.restart();
  expect(server.pid).not.toBe(pid);
  expect(server.url).toBe(url);
  expect((await fetch(url)).ok).toBe(true);
});

test("a server that does not start says why", async () => {
  const starting = startLivekitServer({ extraConfig: { redis: { address: "127.0.0.1:1" } } });
  await expect(starting).rejects.toThrow(/did not start at http:.*exited[^]*127\.0\.0\.1:1/);
});

test("a CPU quota is a control group of its own", async () => {
  await using server = await startLivekitServer({ cpuQuota: 0.5 });
  const cgroups = await runCommand("cat", [`/proc/${server.pid}/cgroup`]);
  expect(cgroups).toMatch(/lkload-lab-\d+-livekit/);
});
