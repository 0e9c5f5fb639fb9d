import { describe, expect, it } from "vitest";
import type { FlagValue } from "../../src/config/flags.ts";
import { loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/problem.ts";
import { TestFolder } from "../cli/test-system.ts";

const vms: FlagValue = { flag: "--vms", path: ["openstack", "vms"], value: 2 };
const hosts: FlagValue = { flag: "--hosts", path: ["fleet", "hosts"], value: ["x"] };
const local: FlagValue = { flag: "--local", path: ["fleet", "kind"], value: "local" };

async function load(yaml: string, ...values: FlagValue[]) {
  await using folder = await TestFolder.make({ "lkload.yaml": yaml });
  return (await loadConfig({ flags: { values, problems: [] }, env: {}, cwd: folder.dir })).config;
}

async function problemsOf(yaml: string, ...values: FlagValue[]): Promise<string[]> {
  const error: unknown = await load(yaml, ...values).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error("no ConfigError", { cause: error });
  return error.problems.map(({ path, problem }) => `${path ?? ""}: ${problem}`);
}

describe("VMs in the configuration", () => {
  it("chooses the fleet by the number of VMs, the later choice over the earlier one", async () => {
    expect((await load("openstack: { vms: 3 }\n")).fleet).toEqual({ kind: "openstack", hosts: [] });
    expect((await load("fleet: { hosts: [a] }\n", vms)).fleet).toEqual({ kind: "openstack", hosts: [] });
    expect((await load("fleet: { kind: local }\n", vms)).fleet.kind).toBe("openstack");
    expect((await load("openstack: { vms: 3 }\n", local)).fleet.kind).toBe("local");
    expect((await load("openstack: { vms: 3 }\n", hosts)).fleet).toEqual({ kind: "hosts", hosts: ["x"] });
    expect((await load("fleet: { kind: local }\nopenstack: { vms: 3 }\n")).fleet.kind).toBe("local");
    expect((await load("openstack: { flavor: small }\n")).fleet.kind).toBeUndefined();
  });

  it("takes flavor and image by name, and by what else there is", async () => {
    const byName = await load("openstack: { flavor: small, image: Debian 12 }\n");
    expect([byName.openstack.flavor, byName.openstack.image]).toEqual(["small", "Debian 12"]);
    const flavor: FlagValue = { flag: "--flavor", path: ["openstack", "flavor"], value: "big" };
    const byFlag = await load("openstack: { flavor: { vcpus: 4, ramMb: 8192 }, image: { regex: ^Deb } }\n", flavor);
    expect([byFlag.openstack.flavor, byFlag.openstack.image]).toEqual(["big", { regex: "^Deb" }]);
  });

  it("refuses two fleets in one place", async () => {
    expect(await problemsOf("fleet: { hosts: [a] }\nopenstack: { vms: 3 }\n")).toHaveLength(1);
    expect(await problemsOf("", hosts, vms)).toHaveLength(1);
    expect(await problemsOf("", local, vms)).toEqual([": exclude each other: give one of them"]);
  });

  it("says what a network mode needs, all at once", async () => {
    expect(await problemsOf("openstack: { vms: 1, network: { mode: existing } }\n")).toEqual([
      "openstack.network.mode: mode existing also needs openstack.network.floatingIpPool: the external network of the floating IPs",
      "openstack.network.mode: mode existing also needs openstack.network.name (or --network): the tenant network",
    ]);
    expect(await problemsOf("openstack: { vms: 1, network: { floatingIpPool: p } }\n")).toHaveLength(1);
    expect(await problemsOf("openstack: { vms: 1, network: { mode: managed, floatingIpPool: p, name: n } }\n")).toEqual(
      [
        "openstack.network.name, openstack.network.mode: is not used in mode managed, which makes a network of its own (mode existing uses one)",
      ],
    );
  });

  it("refuses secrets in a backend's settings, which stand in plain text in the stack", async () => {
    const backend = "{ type: s3, config: { bucket: b, secret_key: hush } }";
    const [problem, ...more] = await problemsOf(`openstack: { vms: 1, terraform: { backend: ${backend} } }\n`);
    expect(problem).toContain("backend.config.secret_key: would stand in plain text");
    expect(problem).not.toContain("hush");
    expect(more).toEqual([]);
  });

  it("refuses more usable VMs than there are, several clouds beside one, and the same one twice", async () => {
    expect(await problemsOf("fleet: { minHosts: 3 }\nopenstack: { vms: 2 }\n")).toHaveLength(1);
    expect(await problemsOf("openstack: { vms: 2, clouds: [{ vms: 1 }] }\n")).toHaveLength(1);
    expect(await problemsOf("openstack: { clouds: [{ cloud: a, vms: 1 }, { cloud: a, vms: 2 }] }\n")).toHaveLength(1);
    expect(await problemsOf("openstack: { cloud: b, clouds: [{ cloud: a, vms: 1 }] }\n")).toHaveLength(1);
  });
});
