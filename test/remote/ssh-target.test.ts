import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { RemoteError } from "../../src/remote/remote.ts";
import { resolveTarget, type SshHost, type SshSettings } from "../../src/remote/ssh-target.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "lkload-home-"));
  await mkdir(join(home, ".ssh"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function target(config: string, host: Partial<SshHost> = {}, changes: Partial<SshSettings> = {}) {
  await writeFile(join(home, ".ssh", "config"), config);
  const settings = { ...configSchema.parse({}).ssh, home, agentSocket: undefined, ...changes };
  return resolveTarget({ name: "gen", address: "gen.example", ...host }, settings);
}

describe("resolveTarget", () => {
  test("without a configuration file, the usual", async () => {
    expect(await target("", {}, { configFile: "~/.ssh/none" })).toEqual({
      name: "gen",
      address: "gen.example",
      port: 22,
      user: userInfo().username,
      knownHostsHost: "gen.example",
      knownHostsPort: 22,
      knownHostsFiles: [join(home, ".ssh/known_hosts")],
      hostKey: null,
      identityFiles: [],
      identitiesOnly: false,
      jump: null,
    });
  });

  const config = [
    "Host gen.*",
    "  hostname 10.0.0.%h",
    "  User carol",
    "  Port 2200",
    "  IdentityFile ~/.ssh/first",
    "  IdentityFile %d/.ssh/%r-key",
    "  IdentitiesOnly yes",
    "  UserKnownHostsFile ~/.ssh/a ~/.ssh/b",
    "Host *",
    "  User nobody",
    "  IdentityFile ~/.ssh/last",
  ].join("\n");

  test("~/.ssh/config is honoured, the first value of each", async () => {
    expect(await target(config)).toMatchObject({
      address: "10.0.0.gen.example",
      port: 2200,
      user: "carol",
      identityFiles: [".ssh/first", ".ssh/carol-key", ".ssh/last"].map((file) => join(home, file)),
      identitiesOnly: true,
      knownHostsFiles: [join(home, ".ssh/a"), join(home, ".ssh/b")],
    });
  });

  test("lkload's settings win over it, and what the host says over those", async () => {
    const changes = { user: "dave", port: 2300, identityFile: "~/key", knownHosts: "/etc/kh" };
    expect(await target(config, {}, changes)).toMatchObject({
      user: "dave",
      port: 2300,
      identityFiles: [join(home, "key")],
      knownHostsFiles: ["/etc/kh"],
    });
    const host = { user: "erin", port: 2400, identityFile: "/own", hostKey: "SHA256:x" };
    expect(await target(config, host, changes)).toMatchObject({
      user: "erin",
      port: 2400,
      identityFiles: ["/own"],
      hostKey: "SHA256:x",
    });
  });

  test("a chain of jump hosts, each with its own settings", async () => {
    const jumps =
      "Host inner\n  HostName 10.1.1.1\n  User jumper\n  Port 222\nHost gen.example\n  ProxyJump outer,inner";
    const found = await target(jumps, {}, { user: "root", port: 22, knownHosts: "/kh" });
    expect(found.jump).toMatchObject({ address: "10.1.1.1", user: "jumper", port: 222, knownHostsFiles: ["/kh"] });
    expect(found.jump?.jump).toMatchObject({ address: "outer", port: 22, jump: null });
  });

  test("jump hosts as they are written", async () => {
    const jump = async (proxyJump: string) => (await target("", { proxyJump })).jump;
    expect(await jump("amy@bastion:2222")).toMatchObject({ user: "amy", address: "bastion", port: 2222 });
    expect(await jump("ssh://amy@bastion:2222")).toMatchObject({ user: "amy", address: "bastion", port: 2222 });
    expect(await jump("[fe80::1]:2222")).toMatchObject({ address: "fe80::1", port: 2222 });
    expect(await jump("none")).toBeNull();
    await expect(jump("amy@bastion:ssh:22")).rejects.toThrow(/not a jump host/);
  });

  test("a jump host that needs itself is refused", async () => {
    const loop = "Host bastion\n  ProxyJump bastion\nHost gen.example\n  ProxyJump bastion";
    await expect(target(loop)).rejects.toThrow(/more than 8 jump hosts/);
  });

  test("Include, also of many files and from within a block", async () => {
    await mkdir(join(home, ".ssh", "conf.d"), { recursive: true });
    await writeFile(join(home, ".ssh", "conf.d", "1"), "Host other\n  User wrong\n");
    await writeFile(join(home, ".ssh", "conf.d", "2"), "Host gen.example\n  Port 7\n");
    const found = await target("Host gen.example\n  Include conf.d/*\n  User right\n");
    expect(found).toMatchObject({ user: "right", port: 7 });
    await expect(target("Include config\n")).rejects.toThrow(/levels of Include/);
  });

  test("what lkload can't do is refused, not ignored", async () => {
    const outcome = await target("Host *\n  ProxyCommand nc %h %p\n").catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(RemoteError);
    expect(outcome).toMatchObject({ kind: "refused" });
    expect((outcome as RemoteError).hint).toContain("ProxyJump");
  });

  test("a name for known_hosts of its own", async () => {
    const found = await target("Host gen.example\n  HostKeyAlias shared\n  Port 99\n");
    expect(found).toMatchObject({ knownHostsHost: "shared", knownHostsPort: 22, port: 99 });
  });
});
