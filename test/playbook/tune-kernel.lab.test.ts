/** Kernel settings, in network namespaces of the test's own, and once on this machine itself. Needs root. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanupHost } from "../../src/playbook/generate.ts";
import { applyPlaybook } from "../../src/playbook/playbook.ts";
import { ownPlaybook } from "../../src/playbook/script.ts";
import { scopeVariables } from "../../src/playbook/host-scope.ts";
import type { Facts } from "../../src/playbook/facts.ts";
import { knobsOf } from "../../src/playbook/tuning.ts";
import { labHost, type LabHost, through } from "./lab-host.ts";

/** A network namespace with one interface that a route leads to. */
function namespace() {
  const name = `lkp-${process.pid}-${Math.floor(Math.random() * 1e6)}`;
  const ip = (...args: string[]) => execFileSync("ip", args);
  ip("netns", "add", name);
  ip("-n", name, "link", "add", "up0", "type", "veth", "peer", "name", "down0");
  for (const end of ["up0", "down0"]) ip("-n", name, "link", "set", end, "up");
  ip("-n", name, "addr", "add", "192.0.2.1/24", "dev", "up0");
  const inside = ["ip", "netns", "exec", name];
  const run = (...argv: string[]) => execFileSync("ip", [...inside.slice(1), ...argv], { encoding: "utf8" });
  return { inside, run, [Symbol.dispose]: () => void ip("netns", "del", name) };
}

const watched = [
  "/proc/sys/net/core/somaxconn",
  "/proc/sys/net/core/rmem_max",
  "/proc/sys/net/ipv4/udp_rmem_min",
  "/proc/sys/net/ipv4/udp_wmem_min",
  "/proc/sys/net/ipv4/ip_local_port_range",
  "/proc/sys/net/ipv4/conf/up0/rp_filter",
  "/proc/sys/net/ipv4/conf/lo/rp_filter",
  "/sys/class/net/up0/tx_queue_len",
  "/sys/class/net/up0/queues/rx-0/rps_cpus",
];

async function tune(host: LabHost, sysctl = ""): Promise<Facts> {
  const variables = { ...scopeVariables(host.scope), LKLOAD_SYSCTL: sysctl };
  return apply(host, "tune-kernel.sh", variables);
}
async function restore(host: LabHost): Promise<Facts> {
  return apply(host, "restore-kernel.sh", scopeVariables(host.scope));
}
async function apply(host: LabHost, name: string, variables: Record<string, unknown>): Promise<Facts> {
  const script = await ownPlaybook(name);
  return applyPlaybook(host.remote, { name, script, variables: variables as never, signal: host.scope.signal });
}
const as = (host: LabHost, runId: string, name = host.scope.host): LabHost => ({
  ...host,
  scope: { ...host.scope, runId, host: name },
});
const stateOf = (facts: Facts, name: string) => knobsOf(facts).find((knob) => knob.name === name);

describe.runIf(process.getuid?.() === 0)("in a namespace", () => {
  test("tuning raises what is too low, says what it cannot, and is undone byte for byte", async () => {
    using net = namespace();
    await using local = await labHost();
    const host = { ...local, remote: through(local.remote, net.inside) };
    const before = net.run("cat", ...watched);

    const first = await tune(host, "net.ipv4.conf.*.rp_filter 2\nnet.ipv4.no_such_thing 1");
    expect(stateOf(first, "net.core.somaxconn")).toEqual({
      name: "net.core.somaxconn",
      state: "changed",
      before: "4096",
      after: "65535",
    });
    expect(stateOf(first, "net.ipv4.ip_local_port_range")).toMatchObject({ state: "changed", after: "1024 65535" });
    expect(stateOf(first, "net.ipv4.conf.up0.rp_filter")).toMatchObject({ state: "changed", after: "2" });
    expect(stateOf(first, "net.ipv4.no_such_thing")).toMatchObject({ state: "absent" });
    expect(stateOf(first, "nic.up0.txqueuelen")).toMatchObject({ state: "changed", after: "10000" });
    // The whole machine's, which a namespace may at most read.
    expect(["denied", "absent"]).toContain(stateOf(first, "net.core.rmem_max")?.state);
    expect(stateOf(first, "net.ipv4.udp_mem")?.state).toBe("absent");
    expect(net.run("cat", ...watched)).not.toBe(before);

    const second = await tune(host, "net.ipv4.conf.*.rp_filter 2\nnet.ipv4.no_such_thing 1");
    expect(second.changed).toEqual([]);
    expect(stateOf(second, "net.core.somaxconn")).toMatchObject({ state: "ok", before: "65535" });

    const undone = await restore(host);
    expect(undone.int("noted")).toBe(knobsOf(first).filter((knob) => knob.state === "changed").length);
    expect(undone.int("restored")).toBe(undone.int("noted"));
    expect(net.run("cat", ...watched)).toBe(before);
    expect((await restore(host)).changed).toEqual([]);
  });

  test("a value that is better already is not lowered", async () => {
    using net = namespace();
    await using local = await labHost();
    const host = { ...local, remote: through(local.remote, net.inside) };
    for (const setting of ["udp_rmem_min=99999", "ip_unprivileged_port_start=1000", "ip_local_port_range=1000 65535"]) {
      net.run("sysctl", "-qw", `net.ipv4.${setting}`);
    }
    const facts = await tune(host);
    expect(stateOf(facts, "net.ipv4.udp_rmem_min")).toMatchObject({ state: "ok", after: "99999" });
    expect(stateOf(facts, "net.ipv4.ip_local_port_range")).toMatchObject({ state: "ok", after: "1000 65535" });
  });

  test("the last of several holders restores, in whatever order they come and go", async () => {
    using net = namespace();
    await using local = await labHost();
    const one = { ...local, remote: through(local.remote, net.inside) };
    const other = as(one, "run-2");
    const before = net.run("cat", ...watched);
    await tune(one);
    await tune(other, "net.core.somaxconn 70000");
    const tuned = net.run("cat", ...watched);
    const first = await cleanupHost(one.remote, one.scope);
    expect(first).toMatchObject({ left: [] });
    expect(first.note).toMatch(/still needed by run-2\.h1/);
    expect(net.run("cat", ...watched)).toBe(tuned);
    expect(await cleanupHost(other.remote, other.scope)).toMatchObject({ left: [], note: null });
    expect(net.run("cat", ...watched)).toBe(before);
    expect(existsSync(one.scope.base)).toBe(false);
  });

  test("two namespaces of one machine are restored apart", async () => {
    using netA = namespace();
    using netB = namespace();
    await using local = await labHost();
    const a = { ...local, remote: through(local.remote, netA.inside) };
    const b = { ...as(local, "run-1", "h2"), remote: through(local.remote, netB.inside) };
    const before = netA.run("cat", ...watched);
    await tune(a);
    await tune(b);
    await restore(a);
    expect(netA.run("cat", ...watched)).toBe(before);
    expect(netB.run("cat", "/proc/sys/net/core/somaxconn")).toBe("65535\n");
    await restore(b);
    expect(netB.run("cat", ...watched)).toBe(before);
  });

  test("killed at any point, what was changed is known and put back", async () => {
    using net = namespace();
    await using local = await labHost();
    const host = { ...local, remote: through(local.remote, net.inside) };
    const before = net.run("cat", ...watched);
    // Dies by SIGKILL when it is about to report its n-th change.
    const dying = (n: number) =>
      ownPlaybook("tune-kernel.sh").then((script) =>
        script.replace(
          "CHANGED=$((CHANGED + 1))",
          `CHANGED=$((CHANGED + 1)); [ "$CHANGED" -lt ${n} ] || kill -KILL "$BASHPID"`,
        ),
      );
    for (const n of [1, 3, 5]) {
      const variables = scopeVariables(host.scope);
      const result = applyPlaybook(host.remote, {
        name: "tune",
        script: await dying(n),
        variables,
        signal: host.scope.signal,
      });
      await expect(result).rejects.toThrow(/exit code 137/);
      expect(net.run("cat", ...watched)).not.toBe(before);
      expect((await restore(host)).int("restored")).toBe(n);
      expect(net.run("cat", ...watched)).toBe(before);
    }
  });

  test("what somebody else has set since is left alone, and said", async () => {
    using net = namespace();
    await using local = await labHost();
    const host = { ...local, remote: through(local.remote, net.inside) };
    await tune(host);
    net.run("sysctl", "-qw", "net.core.somaxconn=777");
    const facts = await restore(host);
    expect(facts.warnings).toEqual([
      expect.stringMatching(/somaxconn is 777, which lkload did not set: left as it is \(it was 4096/),
    ]);
    expect(net.run("cat", "/proc/sys/net/core/somaxconn")).toBe("777\n");
  });

  test("notes from before a reboot are not acted on", async () => {
    using net = namespace();
    await using local = await labHost();
    const host = { ...local, remote: through(local.remote, net.inside) };
    await tune(host);
    const tuned = join(host.scope.base, "tuned");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    for (const name of readdirSync(tuned)) {
      execFileSync("mv", [join(tuned, name), join(tuned, name.replace(boot, "0b5e1fd0-0000-0000-0000-000000000000"))]);
    }
    net.run("sysctl", "-qw", "net.core.somaxconn=5000");
    expect((await restore(host)).int("noted")).toBe(0);
    expect(net.run("cat", "/proc/sys/net/core/somaxconn")).toBe("5000\n");
    expect(existsSync(tuned)).toBe(false);
  });

  test("a setting that cannot be put back is left over, named, and tried again the next time", async () => {
    using net = namespace();
    await using local = await labHost();
    const host = { ...local, remote: through(local.remote, net.inside) };
    await tune(host);
    const notes = readdirSync(join(host.scope.base, "tuned")).find((name) => name.startsWith("net-")) ?? "";
    const originals = join(host.scope.base, "tuned", notes, "originals");
    const good = readFileSync(originals, "utf8");
    writeFileSync(originals, good.replace(/somaxconn 4096/, "somaxconn nonsense"));
    const cleaned = await cleanupHost(host.remote, host.scope);
    expect(cleaned.left).toEqual([
      expect.stringMatching(/could not set \/proc\/sys\/net\/core\/somaxconn to nonsense/),
    ]);
    expect(cleaned.removed).toBeLessThan(cleaned.made);
    writeFileSync(originals, good);
    expect(await cleanupHost(host.remote, host.scope)).toMatchObject({ left: [] });
    expect(net.run("cat", "/proc/sys/net/core/somaxconn")).toBe("4096\n");
    expect(existsSync(host.scope.base)).toBe(false);
  });
});

test.runIf(process.getuid?.() === 0)("on this machine itself, everything that was changed is put back", async () => {
  await using host = await labHost();
  const facts = await tune(host);
  const changed = knobsOf(facts).filter((knob) => knob.state === "changed" && !knob.name.startsWith("nic."));
  const value = (name: string) =>
    readFileSync(`/proc/sys/${name.replaceAll(".", "/")}`, "utf8")
      .trim()
      .split(/\s+/)
      .join(" ");
  try {
    for (const knob of changed) expect(value(knob.name), knob.name).toBe(knob.after);
    const { state, after } = stateOf(facts, "net.core.rmem_max") ?? {};
    expect(["changed", "ok"]).toContain(state);
    expect(Number(after)).toBeGreaterThanOrEqual(26_214_400);
  } finally {
    await restore(host);
  }
  for (const knob of changed) expect(value(knob.name), knob.name).toBe(knob.before);
});
