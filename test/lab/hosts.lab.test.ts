import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { startLabHosts, type LabHost } from "./hosts.ts";
import { runCommand } from "./run-command.ts";

test("a host has its own address and sshd, and nothing of it is left", async () => {
  let host: LabHost;
  let dir: string;
  {
    await using lab = await startLabHosts({ count: 2 });
    dir = lab.dir;
    host = lab.hosts[1] as LabHost;
    const banner = spawn("ssh-keyscan", ["-t", "ed25519", host.address], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = (await once(createInterface(banner.stdout), "line")) as [string];
    expect(line).toBe(`${host.address} ${host.hostKey}`);
    expect(await lab.runOn(host, "ip", "-br", "addr", "show", "eth0")).toContain(host.address);
    expect(existsSync(`/proc/${host.pid}`)).toBe(true);
  }
  expect(existsSync(`/proc/${host.pid}`)).toBe(false);
  expect(existsSync(dir)).toBe(false);
  expect(existsSync(join("/etc/netns", host.namespace))).toBe(false);
  expect(await runCommand("ip", ["netns", "list"])).not.toContain(`${host.namespace} `);
  expect(await runCommand("ip", ["-br", "link"])).not.toContain(`${host.namespace}@`);
});

/** Sends so many packets to the host, and returns how many arrived. */
async function arrivedOf(host: LabHost, count: number): Promise<number> {
  const script = `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
s.bind(("", 5000)); s.settimeout(10)
print("ready", flush=True)
n = 0
while True:
    if s.recv(100) == b"end": break
    n += 1
print(n)`;
  const args = ["netns", "exec", host.namespace, "python3", "-c", script];
  const receiver = spawn("ip", args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const socket = createSocket("udp4");
  const send = (text: string) => new Promise<void>((resolve) => socket.send(text, 5000, host.address, () => resolve()));
  for (let n = 0; n < count; n++) await send("packet");
  for (let ended = false; !ended;) {
    await send("end");
    ended = receiver.exitCode !== null || (await Promise.race([once(receiver, "exit").then(() => true), pause()]));
  }
  socket.close();
  return Number((await lines.next()).value);
}

const pause = () => new Promise<false>((resolve) => setTimeout(resolve, 50, false));

test("loss is what the packet filter counts, in the direction asked for", async () => {
  await using lab = await startLabHosts({ count: 1 });
  const host = lab.hosts[0] as LabHost;
  await lab.loss(host, 20);
  const arrived = await arrivedOf(host, 2000);
  const lost = await lab.lost(host);
  expect(lost).toBeGreaterThan(300);
  expect(lost).toBeLessThan(500);
  // Of the packets that tell the end, some may be lost as well.
  expect(2000 - arrived).toBeLessThanOrEqual(lost);
  expect(2000 - arrived).toBeGreaterThan(lost - 10);

  await lab.loss(host, 0);
  expect(await arrivedOf(host, 500)).toBe(500);
  await lab.loss(host, 100, "up");
  expect(await arrivedOf(host, 500)).toBe(500);
  expect(await lab.lost(host, "up")).toBe(0);
  await lab.runOn(host, "bash", "-c", `echo x > /dev/udp/${lab.controllerAddress}/5001 || true`);
  expect(await lab.lost(host, "up")).toBe(1);
});

test("what a killed run leaves is removed by the next", async () => {
  const module = join(import.meta.dirname, "hosts.ts");
  const script = `
    const { startLabHosts } = await import(${JSON.stringify(module)});
    const lab = await startLabHosts({ count: 2 });
    await lab.loss(lab.hosts[0], 5);
    console.log(JSON.stringify({ dir: lab.dir, pids: lab.hosts.map((host) => host.pid), namespace: lab.hosts[0].namespace }));
    process.kill(process.pid, "SIGKILL");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const left = JSON.parse(line) as { dir: string; pids: number[]; namespace: string };
  await using lab = await startLabHosts({ count: 1 });
  expect(existsSync(left.dir)).toBe(false);
  for (const pid of left.pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    expect(command).not.toContain(left.dir);
  }
  expect(lab.hosts).toHaveLength(1);
});

test("a host whose cable is cut is silent, and back when it is mended", async () => {
  await using lab = await startLabHosts({ count: 2 });
  const [host, peer] = lab.hosts as [LabHost, LabHost];
  const reach = (withinS: number) =>
    lab
      .runOn(peer, "timeout", `${withinS}`, "bash", "-c", `exec 3<>/dev/tcp/${host.address}/22 && head -c 3 <&3`)
      .catch(() => "");
  expect(await reach(20)).toBe("SSH");
  await lab.cut(host);
  expect(await reach(1)).toBe("");
  await lab.mend(host);
  expect(await reach(20)).toBe("SSH");
  await lab.kill(host);
  expect(await reach(1)).toBe("");
});
