import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { fleetOf, openFleet } from "../../src/fleet/open-fleet.ts";
import type { FleetHost } from "../../src/fleet/hosts-file.ts";
import { startLabHosts, type LabHost, type LabHosts } from "../lab/hosts.ts";

const signal = new AbortController().signal;
let lab: LabHosts;
beforeAll(async () => {
  lab = await startLabHosts({ count: 4 });
});
afterAll(() => lab?.[Symbol.asyncDispose]());

function settings() {
  const { ssh } = configSchema.parse({
    ssh: { identityFile: lab.identityFile, knownHosts: lab.knownHostsFile, configFile: "/dev/null" },
  });
  return { ssh, env: {}, home: join(lab.dir, "nobody") };
}

test("hosts are reached, and reached again from what was written of them", async () => {
  const inventory = lab.hosts.map(({ name, address, user }) => ({ name, address, user }));
  const provisioned = await openFleet("hosts", inventory, settings()).hosts();
  const written = JSON.parse(JSON.stringify(provisioned)) as FleetHost[];
  const fleet = fleetOf(written, settings());
  for (const [index, host] of written.entries()) {
    await using remote = await fleet.open(host, signal);
    const { stdout } = await remote.exec(["sh", "-c", "echo $SSH_CONNECTION"]);
    expect(stdout.split(" ")[2]).toBe(lab.hosts[index]?.address);
  }
});

test("hosts behind one jump host share one connection to it, which ends with the last of them", async () => {
  const [jump, ...behind] = lab.hosts as [LabHost, ...LabHost[]];
  const proxyJump = `root@${jump.address}`;
  const inventory = behind.map(({ name, address, user }) => ({ name, address, user, proxyJump }));
  const fleet = openFleet("hosts", inventory, settings());
  const hosts = await fleet.hosts();
  const remotes = await Promise.all(hosts.map((host) => fleet.open(host, signal)));
  const established = async () => {
    const listing = await lab.runOn(jump, "ss", "-Htn", "state", "established", "sport", "=", ":22");
    return listing.split("\n").filter(Boolean).length;
  };
  expect(await established()).toBe(1);
  expect(await Promise.all(remotes.map(async (remote) => (await remote.exec(["true"])).exitCode))).toEqual([0, 0, 0]);
  await remotes[0]?.close();
  expect((await remotes[1]?.exec(["true"]))?.exitCode).toBe(0);
  await Promise.all(remotes.map((remote) => remote.close()));
  // sshd sees the end a moment after us.
  await expect.poll(established, { timeout: 5000 }).toBe(0);
});
