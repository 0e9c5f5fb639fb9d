import { array, assert, constantFrom, integer, option, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../src/config/address.ts";
import { readInventory, resolveInventory } from "../../src/config/inventory.ts";
import { ConfigError } from "../../src/config/problem.ts";
import { configSchema, type ConfigInput } from "../../src/config/schema.ts";

type Hosts = NonNullable<NonNullable<ConfigInput["fleet"]>["hosts"]>;

const configOf = (hosts: Hosts, ssh: ConfigInput["ssh"] = {}) => configSchema.parse({ fleet: { hosts }, ssh });
const namesOf = (hosts: Hosts) => resolveInventory(configOf(hosts)).map(({ name }) => name);

describe("addresses", () => {
  it.each([
    ["node-1", { user: undefined, host: "node-1", port: undefined }],
    ["root@10.0.0.5:2222", { user: "root", host: "10.0.0.5", port: 2222 }],
    ["me@example.org@10.0.0.5", { user: "me@example.org", host: "10.0.0.5", port: undefined }],
    ["[2001:db8::1]:22", { user: undefined, host: "2001:db8::1", port: 22 }],
    ["root@[2001:db8::1]", { user: "root", host: "2001:db8::1", port: undefined }],
    ["2001:db8::1", { user: undefined, host: "2001:db8::1", port: undefined }],
    ["fe80::1%eth0", { user: undefined, host: "fe80::1%eth0", port: undefined }],
  ])("%s", (text, parsed) => {
    expect(parseAddress(text)).toEqual(parsed);
    expect(parseAddress(formatAddress(parsed))).toEqual(parsed);
  });

  it.each([
    ["", "must name a host"],
    [":22", "must name a host"],
    ["root@", "must name a host"],
    ["-oProxyCommand=x", "is not a host name"],
    ["$(id)@a", "user name"],
    ["a b", "without spaces"],
    ["a:", "the port"],
    ["a:0", "the port"],
    ["a:65536", "the port"],
    ["a:ssh", "the port"],
    ["[10.0.0.5]:22", "is not a host name or an address"],
    ["2001:db8::zz", "must have one colon"],
  ])("%j is none", (text, reason) => {
    expect(parseAddress(text)).toContain(reason);
  });
});

describe("the inventory", () => {
  it("takes strings and maps, and what ssh says for all", () => {
    const hosts = ["root@node-1:2222", { address: "node-2", name: "gen", hostKey: "SHA256:x", port: 23 }];
    expect(resolveInventory(configOf(hosts, { user: "ubuntu", identityFile: "~/k", proxyJump: "j" }))).toEqual([
      {
        name: "node-1",
        address: "node-1",
        user: "root",
        port: 2222,
        hostKey: undefined,
        identityFile: "~/k",
        proxyJump: "j",
      },
      {
        name: "gen",
        address: "node-2",
        user: "ubuntu",
        port: 23,
        hostKey: "SHA256:x",
        identityFile: "~/k",
        proxyJump: "j",
      },
    ]);
  });

  it("names hosts by what tells them apart", () => {
    expect(namesOf(["node-1.example.com", "node-2.example.com"])).toEqual(["node-1", "node-2"]);
    expect(namesOf(["gen.a.example", "gen.b.example"])).toEqual(["gen-a-example", "gen-b-example"]);
    expect(namesOf(["10.0.0.5", "10.0.0.6"])).toEqual(["10-0-0-5", "10-0-0-6"]);
    expect(namesOf(["127.0.0.1:2201", "127.0.0.1:2202"])).toEqual(["127-0-0-1-2201", "127-0-0-1-2202"]);
    expect(namesOf(["a@h", "b@h"])).toEqual(["a-h-22", "b-h-22"]);
    expect(namesOf(["[2001:db8::1]:22", "::"])).toEqual(["2001-db8-1", "host"]);
    expect(namesOf(["Node_1", { address: "x", name: "node-1" }])).toEqual(["node-1-22", "node-1"]);
  });

  it("refuses hosts that stand twice, all at once", () => {
    const { problems } = readInventory(configOf(["root@a", "b", "root@A:22", { address: "b:22" }, "c:x"]), "root");
    expect(problems.map(({ path, problem }) => [path.join("."), problem])).toEqual([
      ["fleet.hosts.4", expect.stringContaining("the port")],
      ["fleet.hosts.2", "is the same machine and login as host 1 of the list"],
      ["fleet.hosts.3", "is the same machine and login as host 2 of the list"],
    ]);
    expect(() => resolveInventory(configOf(["a", "a"]))).toThrow(ConfigError);
    expect(() => resolveInventory(configOf(["a", "me@a"]), { userName: "me" })).toThrow("same machine");
  });

  it("refuses names that stand twice, and two users for one host", () => {
    const twice = [
      { address: "a", name: "x" },
      { address: "b", name: "x" },
    ];
    expect(readInventory(configOf(twice)).problems).toMatchObject([
      { problem: "has the same name as host 1 of the list" },
    ]);
    expect(readInventory(configOf([{ address: "root@a", user: "me" }])).problems).toMatchObject([
      { problem: "names two users: root in the address and me in user" },
    ]);
  });

  it("gives every host a usable name of its own", () => {
    const label = constantFrom(
      "a",
      "A",
      "a_b",
      "a-b",
      "a".repeat(60),
      `${"a".repeat(60)}b`,
      "10.0.0.1",
      "10-0-0-1",
      "::1",
    );
    const host = tuple(option(constantFrom("u", "v")), label, option(integer({ min: 1, max: 3 })));
    assert(
      property(array(host, { minLength: 1, maxLength: 30 }), (parts) => {
        const hosts = parts.map(([user, host, port]) =>
          formatAddress({ user: user ?? undefined, host, port: port ?? undefined }),
        );
        const { hosts: named } = readInventory(configOf(hosts));
        const names = named.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
      }),
    );
  });
});
