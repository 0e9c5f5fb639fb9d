import { tmpdir, userInfo } from "node:os";
import { describe, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { hostsFileSchema } from "../../src/fleet/hosts-file.ts";
import { fleetOf, openFleet } from "../../src/fleet/open-fleet.ts";

const signal = new AbortController().signal;
const journal = { note: () => undefined, notes: () => [] };
const context = { runDir: tmpdir(), signal, journal, tell: () => undefined };
const ssh = configSchema.parse({ ssh: { configFile: "/dev/null", user: "ops", become: "none" } }).ssh;
const settings = { ssh, env: {}, home: "/nowhere" };

describe("openFleet", () => {
  test("the kind that is asked for, else what the inventory suggests", () => {
    const inventory = [{ name: "a", address: "a.example" }];
    expect(openFleet(undefined, inventory, settings).kind).toBe("hosts");
    expect(openFleet(undefined, [], settings).kind).toBe("local");
    expect(openFleet("local", inventory, settings).kind).toBe("local");
  });

  test("this machine runs commands", async () => {
    const fleet = openFleet("local", [], settings);
    const [host] = await fleet.hosts();
    expect(host).toMatchObject({ name: "local", kind: "local", user: userInfo().username });
    await using remote = await fleet.open(host as NonNullable<typeof host>, signal);
    expect((await remote.exec(["echo", "here"])).stdout).toBe("here\n");
    expect(await fleet.release(context)).toEqual({ items: [], leftovers: [] });
  });

  test("hosts are told so that they can be reached again from the file alone", async () => {
    const inventory = [
      { name: "a", address: "a.example" },
      {
        name: "b",
        address: "10.0.0.2",
        port: 2222,
        user: "amy",
        hostKey: "SHA256:x",
        identityFile: "/k",
        proxyJump: "j",
      },
    ];
    const hosts = await openFleet("hosts", inventory, settings).hosts();
    const file = { schema: "lkload/hosts", version: 1, hosts };
    const bare = { hostKey: null, identityFile: null, proxyJump: null };
    expect(hostsFileSchema.parse(JSON.parse(JSON.stringify(file))).hosts).toEqual([
      { ...bare, name: "a", kind: "ssh", address: "a.example", port: 22, user: "ops" },
      { ...inventory[1], kind: "ssh" },
    ]);
    expect(await fleetOf(hosts, settings).hosts()).toEqual(hosts);
    expect(fleetOf(hosts, settings).kind).toBe("hosts");
    expect(fleetOf([], settings).kind).toBe("local");
  });
});
