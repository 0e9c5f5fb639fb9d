import { once } from "node:events";
import { spawn } from "node:child_process";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { configSchema } from "../../src/config/schema.ts";
import { measureClock } from "../../src/remote/clock.ts";
import { fanOut } from "../../src/remote/fan-out.ts";
import { fingerprint } from "../../src/remote/public-key.ts";
import type { Remote, RemoteError } from "../../src/remote/remote.ts";
import { openSsh } from "../../src/remote/ssh.ts";
import type { SshHost, SshSettings } from "../../src/remote/ssh-target.ts";
import { startLabHosts, type LabHost, type LabHostOptions, type LabHosts } from "../lab/hosts.ts";
import { makeKeyPair } from "../lab/hosts/key-pair.ts";
import { runCommand } from "../lab/run-command.ts";
import { conformance } from "./conformance.ts";

const never = new AbortController().signal;

let lab: LabHosts;
type Seven<T> = [T, T, T, T, T, T, T];
/**
 * root · plain user with sudo · plain user without · two sessions only · wrong clock · three key types, for refusals ·
 * a login script that prints
 */
let root: LabHost, sudoer: LabHost, plain: LabHost, narrow: LabHost, late: LabHost, keys: LabHost, talkative: LabHost;

beforeAll(async () => {
  const special: LabHostOptions[] = [
    {},
    { plainUser: { sudo: true } },
    { plainUser: { sudo: false } },
    { sshdConfig: ["MaxSessions 2"] },
    { clockOffsetSeconds: -2 },
    { hostKeyTypes: ["rsa", "ecdsa", "ed25519"] },
    { bashrc: "echo welcome; seq 20000; echo mind the step >&2\n" },
  ];
  lab = await startLabHosts({ count: special.length, host: (index) => special[index] ?? {} });
  [root, sudoer, plain, narrow, late, keys, talkative] = lab.hosts as Seven<LabHost>;
});
afterAll(() => lab?.[Symbol.asyncDispose]());

function settings(changes: Partial<SshSettings> = {}): SshSettings {
  return {
    ...configSchema.parse({}).ssh,
    home: join(lab.dir, "nobody-home"),
    agentSocket: undefined,
    identityFile: lab.identityFile,
    knownHosts: lab.knownHostsFile,
    connectTimeout: 10_000,
    ...changes,
  };
}

/** Without the pinned key that the lab tells: known_hosts decides. */
function unpinned(host: LabHost): SshHost {
  const { name, address, port, user } = host;
  return { name, address, port, user };
}

function open(host: SshHost, changes: Partial<SshSettings> = {}): Promise<Remote> {
  return openSsh(host, { settings: settings(changes), signal: never });
}

async function refusal(host: SshHost, changes: Partial<SshSettings> = {}): Promise<RemoteError> {
  const outcome = await open(host, changes).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: "RemoteError" });
  return outcome as RemoteError;
}

async function fileWith(name: string, text: string): Promise<string> {
  const file = join(lab.dir, name);
  await writeFile(file, text);
  return file;
}

const fingerprintOf = (hostKey: string) => fingerprint(Buffer.from(hostKey.split(" ")[1] ?? "", "base64"));

conformance("SSH", () => open(unpinned(root)));
conformance("two-session SSH", () => open(unpinned(narrow)));
conformance("talkative SSH", () => open(unpinned(talkative)));

describe("host keys", () => {
  test("an unknown key is refused with the command that trusts it, and the command is right", async () => {
    const knownHosts = join(lab.dir, "fresh known_hosts");
    const error = await refusal(unpinned(root), { knownHosts });
    expect(error.kind).toBe("refused");
    expect(error.message).toContain(fingerprintOf(root.hostKey));
    const command = /ssh-keyscan .*$/.exec(error.hint ?? "")?.[0] ?? "";
    await runCommand("sh", ["-c", command]);
    await using remote = await open(unpinned(root), { knownHosts });
    expect((await remote.exec(["true"])).exitCode).toBe(0);
  });

  test("a changed key is refused with both fingerprints and the line", async () => {
    const other = (await makeKeyPair(lab.dir)).public;
    const knownHosts = await fileWith("changed", `# a comment\n${root.address} ${other}\n`);
    const error = await refusal(unpinned(root), { knownHosts });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain("has changed");
    expect(error.message).toContain(fingerprintOf(root.hostKey));
    expect(error.message).toContain(fingerprintOf(other));
    expect(error.message).toContain(`${knownHosts}:2`);
  });

  test("a host that is known by a key of a type that it does not have any more has changed", async () => {
    const other = (await makeKeyPair(lab.dir, "ecdsa")).public;
    const error = await refusal(unpinned(root), { knownHosts: await fileWith("type", `${root.address} ${other}\n`) });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain("has changed: it presents no key of type ecdsa-sha2-nistp256");
  });

  test("of several keys of a host, it is asked for the one that is known", async () => {
    // rsa: the last that the server would choose by itself.
    await using remote = await open(unpinned(keys), { knownHosts: lab.knownHostsFile });
    expect((await remote.exec(["true"])).exitCode).toBe(0);
    expect(keys.hostKey).toMatch(/^ssh-rsa /);
  });

  test("hashed names are found", async () => {
    const knownHosts = await fileWith("hashed", `${root.address} ${root.hostKey}\n`);
    await runCommand("ssh-keygen", ["-H", "-f", knownHosts]);
    expect(await readFile(knownHosts, "utf8")).not.toContain(root.address);
    await using remote = await open(unpinned(root), { knownHosts });
    expect(remote.privileged).toBe("root");
  });

  test("a revoked key is refused", async () => {
    const line = `${root.address} ${root.hostKey}\n`;
    const error = await refusal(unpinned(root), {
      knownHosts: await fileWith("revoked", `${line}@revoked * ${root.hostKey}\n`),
    });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain("revoked");
  });

  test("a pinned key is enough, in both forms", async () => {
    const knownHosts = join(lab.dir, "no such file");
    for (const host of [root, keys]) {
      for (const hostKey of [host.hostKey, fingerprintOf(host.hostKey)]) {
        await using remote = await open({ ...unpinned(host), hostKey }, { knownHosts });
        expect((await remote.exec(["true"])).exitCode).toBe(0);
      }
    }
  });

  test("another key than the pinned one is refused, whatever known_hosts says", async () => {
    const other = (await makeKeyPair(lab.dir)).public;
    for (const hostKey of [other, fingerprintOf(other)]) {
      for (const host of [root, keys]) {
        const error = await refusal({ ...unpinned(host), hostKey });
        expect(error).toMatchObject({ kind: "refused" });
        expect(error.message).toMatch(/another host key than the pinned one|no key of type/);
      }
    }
  });
});

describe("authentication", () => {
  test("a wrong key is refused with what was tried and what to do", async () => {
    const pair = await makeKeyPair(lab.dir);
    const identityFile = await fileWith("stranger", pair.private);
    const error = await refusal(unpinned(root), { identityFile });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain(`does not let root in; tried ${identityFile}`);
    expect(error.message).toContain("accepts publickey");
    expect(error.hint).toMatch(/ssh-add.*identityFile/);
  });

  test("no key at all says where it was looked for", async () => {
    const missing = join(lab.dir, "missing");
    const error = await refusal(unpinned(root), { identityFile: missing });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain(`${missing} (no such file)`);
  });

  test("an encrypted key needs its passphrase, and opens with it", async () => {
    const identityFile = join(lab.dir, "encrypted");
    await writeFile(identityFile, await readFile(lab.identityFile), { mode: 0o600 });
    await runCommand("ssh-keygen", ["-q", "-p", "-N", "sesame", "-P", "", "-f", identityFile]);
    const without = await refusal(unpinned(root), { identityFile });
    expect(without.message).toContain("encrypted, and no passphrase given");
    expect(without.hint).toContain("LKLOAD_SSH_PASSPHRASE");
    const wrong = await refusal(unpinned(root), { identityFile, passphrase: new Secret("guess") });
    expect(wrong.message).toContain("the passphrase does not open it");
    await using remote = await open(unpinned(root), { identityFile, passphrase: new Secret("sesame") });
    expect(remote.privileged).toBe("root");
  });

  test("the usual key files are tried", async () => {
    const home = join(lab.dir, "home-with-keys");
    await mkdir(join(home, ".ssh"), { recursive: true });
    await writeFile(join(home, ".ssh", "id_ed25519"), await readFile(lab.identityFile), { mode: 0o600 });
    const { identityFile: _unset, ...rest } = settings({ home });
    await using remote = await openSsh(unpinned(root), { settings: rest, signal: never });
    expect(remote.privileged).toBe("root");
  });

  test("the agent's key is used, and a dead agent does not stand in the way of a key file", async () => {
    const agentSocket = join(lab.dir, "agent.sock");
    const agent = spawn("ssh-agent", ["-D", "-a", agentSocket], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await once(agent.stdout, "data");
      await runCommand("ssh-add", ["-q", lab.identityFile], { env: { SSH_AUTH_SOCK: agentSocket } });
      const { identityFile: _unset, ...rest } = settings({ agentSocket });
      await using remote = await openSsh(unpinned(root), { settings: rest, signal: never });
      expect(remote.privileged).toBe("root");
    } finally {
      agent.kill("SIGTERM");
      await once(agent, "exit");
    }
    await using remote = await open(unpinned(root), { agentSocket });
    expect(remote.privileged).toBe("root");
  });
});

describe("root", () => {
  const whoami = async (remote: Remote, become: boolean) =>
    (await remote.exec(["sh", "-c", 'echo "$(id -u) $LC_ALL"'], { become })).stdout.trim();

  test("a plain user becomes root through sudo, only when asked", async () => {
    await using remote = await open(unpinned(sudoer));
    expect(remote.privileged).toBe("sudo");
    expect(await whoami(remote, false)).toBe("64321 C");
    expect(await whoami(remote, true)).toBe("0 C");
  });

  test("what runs as root through sudo is ended as well", async () => {
    await using remote = await open(unpinned(sudoer));
    const pidFile = join(lab.dir, "root-sleep");
    const script = `echo $$ > "$1"; exec sleep 300`;
    const run = remote.exec(["sh", "-c", script, "sh", pidFile], { become: true, timeoutMs: 4000 });
    await expect(run).rejects.toMatchObject({ kind: "timeout" });
    const pid = (await readFile(pidFile, "utf8")).trim();
    await expect(readFile(`/proc/${pid}/status`)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("without sudo it says so, and `sudo` as a demand is refused", async () => {
    await using remote = await open(unpinned(plain));
    expect(remote.privileged).toBe("no");
    expect(await whoami(remote, true)).toBe("64321 C");
    const error = await refusal(unpinned(plain), { become: "sudo" });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.hint).toContain("sudoers");
  });

  test("`none` never asks for it", async () => {
    await using remote = await open(unpinned(sudoer), { become: "none" });
    expect(remote.privileged).toBe("no");
  });
});

describe("the way there", () => {
  test("a jump host, with its own host key checked, shared by the hosts behind it", async () => {
    const proxyJump = `root@${root.address}:22`;
    await using remote = await open({ ...unpinned(narrow), proxyJump });
    const { stdout } = await remote.exec(["sh", "-c", "echo $SSH_CONNECTION"]);
    expect(stdout.split(" ")[0]).toBe(root.address);

    const knownHosts = await fileWith("behind", `${narrow.address} ${narrow.hostKey}\n`);
    const error = await refusal({ ...unpinned(narrow), proxyJump }, { knownHosts });
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain(`the host key of ${root.address} is not known`);
  });

  test("two jump hosts in a row", async () => {
    const proxyJump = `root@${root.address},root@${keys.address}:22`;
    await using remote = await open({ ...unpinned(narrow), proxyJump });
    const { stdout } = await remote.exec(["sh", "-c", "echo $SSH_CONNECTION"]);
    expect(stdout.split(" ")[0]).toBe(keys.address);
  });

  test("a jump host that can't get there says so", async () => {
    const proxyJump = `root@${root.address}`;
    const error = await refusal({ ...unpinned(narrow), port: 2, proxyJump }, { connectTimeout: 3000 });
    expect(error).toMatchObject({ kind: "connection" });
    expect(error.message).toContain(`${root.address} can't reach ${narrow.address} port 2`);
  });

  test("~/.ssh/config is honoured, and lkload's own configuration wins", async () => {
    const configFile = await fileWith("ssh_config", `Include ${join(lab.dir, "more_config")}\n`);
    await fileWith(
      "more_config",
      [
        "Host generator-*",
        `  IdentityFile ${lab.identityFile}`,
        "  IdentitiesOnly yes",
        `  UserKnownHostsFile ${lab.knownHostsFile}`,
        "Host generator-1",
        `  HostName ${root.address}`,
        "  User root",
        "Host generator-2",
        `  HostName ${narrow.address}`,
        "  User nobody-there",
        `  ProxyJump root@generator-1`,
      ].join("\n"),
    );
    const { identityFile: _unset, ...rest } = settings({ configFile, knownHosts: "~/.ssh/known_hosts" });
    await using first = await openSsh({ name: "one", address: "generator-1" }, { settings: rest, signal: never });
    expect((await first.exec(["sh", "-c", "echo $SSH_CONNECTION"])).stdout).toContain(root.address);
    const host = { name: "two", address: "generator-2", user: "root" };
    await using second = await openSsh(host, { settings: rest, signal: never });
    expect((await second.exec(["sh", "-c", "echo $SSH_CONNECTION"])).stdout.split(" ")[0]).toBe(root.address);
  });

  test("a port where nothing listens, a name that does not exist: what failed, and where", async () => {
    const closed = await refusal({ ...unpinned(root), port: 4 });
    expect(closed).toMatchObject({ kind: "connection", host: root.name });
    expect(closed.message).toContain(`nothing listens at ${root.address} port 4`);
    const nameless = await refusal({ ...unpinned(root), address: "no-such-host.invalid" });
    expect(nameless).toMatchObject({ kind: "connection" });
    expect(nameless.message).toContain("no-such-host.invalid");
  });

  test("an abort ends the connecting", async () => {
    const controller = new AbortController();
    const opening = openSsh(
      { ...unpinned(root), address: lab.controllerAddress.replace(/1$/, "250") },
      {
        settings: settings(),
        signal: controller.signal,
      },
    );
    controller.abort(new Error("enough"));
    await expect(opening).rejects.toMatchObject({ kind: "aborted" });
  });

  test("a lost connection fails the call that it takes along, and the next call connects again", async () => {
    await using remote = await open(unpinned(root));
    const started = Promise.withResolvers<void>();
    const during = remote.exec(["sh", "-c", "echo $PPID; exec sleep 300"], {
      stdout: (chunk) => {
        started.resolve();
        // Of this connection, sshd's part that runs as the user.
        process.kill(Number(chunk.toString()), "SIGKILL");
      },
    });
    await started.promise;
    await expect(during).rejects.toMatchObject({ kind: "connection" });
    expect((await remote.exec(["echo", "back"])).stdout).toBe("back\n");
  });

  test("a cable that is pulled: a bounded wait, then the next call reaches the host again", async () => {
    await using remote = await open(unpinned(root), { connectTimeout: 2000 });
    await lab.cut(root);
    try {
      await expect(remote.exec(["true"], { timeoutMs: 1000 })).rejects.toMatchObject({ kind: "timeout" });
    } finally {
      await lab.mend(root);
    }
    expect((await remote.exec(["echo", "back"], { timeoutMs: 20_000 })).stdout).toBe("back\n");
  });

  test("a login shell that runs nothing is refused, not taken for the command's failure", async () => {
    const key = (await readFile(`${lab.identityFile}.pub`, "utf8")).trim();
    const stranger = await makeKeyPair(lab.dir);
    const identityFile = await fileWith("forced", stranger.private);
    const file = join(lab.dir, plain.name, "authorized_keys");
    await appendFile(file, `\ncommand="echo go away >&2; exit 1" ${stranger.public}\n`);
    const error = await refusal(unpinned(plain), { identityFile });
    await writeFile(file, `${key}\n`);
    expect(error).toMatchObject({ kind: "refused" });
    expect(error.message).toContain("go away");
  });
});

describe("clocks", () => {
  test("a clock 2 s off is measured to ±5 ms", async () => {
    await using remote = await open(unpinned(late));
    const clock = await measureClock(remote, { signal: never });
    expect(Math.abs(clock.offsetMs + 2000)).toBeLessThan(5);
    expect(Math.abs(clock.offsetMs + 2000)).toBeLessThanOrEqual(clock.errorMs + 0.1);
    expect(clock.errorMs).toBeLessThan(5);
  });

  test("everything that SSH starts there sees the same wrong clock", async () => {
    await using remote = await open(unpinned(late));
    const script = `bash -c 'echo $EPOCHREALTIME'; date +%s.%N; bash -c "bash -c 'printf \\"%(%s)T\\" -1'"`;
    const before = Date.now() / 1000;
    const { stdout } = await remote.exec(["sh", "-c", script]);
    const after = Date.now() / 1000;
    const seconds = stdout.trim().split("\n").map(Number);
    expect(seconds).toHaveLength(3);
    for (const time of seconds) {
      // One of them tells whole seconds; 5 ms as above.
      expect(time).toBeGreaterThan(before - 2 - 1.005);
      expect(time).toBeLessThan(after - 2 + 0.005);
    }
  });
});

test("fifty hosts at once, one of them dead, and named", async () => {
  await using fleet = await startLabHosts({ count: 50 });
  const dead = fleet.hosts[17] as LabHost;
  await fleet.kill(dead);
  const { identityFile, knownHostsFile: knownHosts } = fleet;
  const outcomes = await fanOut(fleet.hosts, { concurrency: 16, signal: never }, async (host) => {
    await using remote = await open(unpinned(host), { identityFile, knownHosts });
    return (await remote.exec(["sh", "-c", "echo $SSH_CONNECTION"])).stdout.split(" ")[2];
  });
  for (const [index, outcome] of outcomes.entries()) {
    if (index === 17) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { kind: "connection", host: dead.name } });
    } else {
      expect(outcome).toEqual({ status: "fulfilled", value: fleet.hosts[index]?.address });
    }
  }
});
