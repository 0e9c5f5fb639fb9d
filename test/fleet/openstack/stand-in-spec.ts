/** What stacks against the stand-in are made from. */
import { cloudInit } from "../../../src/fleet/openstack/cloud-init.ts";
import { keyComment, runName } from "../../../src/fleet/openstack/marks.ts";
import { newRunId } from "../../../src/plan/run-id.ts";
import type { LoadGeneratorsSpec, NetworkSpec } from "../../../stacks/load-generators-spec.ts";

export const modes = {
  external: { mode: "external", network: { name: "Ext-Net" } },
  existing: { mode: "existing", network: { name: "tenant" }, floatingIpPool: "Ext-Net" },
  managed: {
    mode: "managed",
    floatingIpPool: "Ext-Net",
    cidr: "10.74.0.0/20",
    dnsServers: [],
    ipv6SubnetPoolId: null,
  },
} as const satisfies Record<string, NetworkSpec>;

export function standInSpec(vms: number, network: NetworkSpec): LoadGeneratorsSpec {
  const createdAtMs = Date.now();
  const runId = newRunId(createdAtMs, Math.random);
  const marks = { prefix: "lkload", runId, createdAtMs, expiresAtMs: createdAtMs + 3600_000, owner: "lab" };
  const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMi1zqKZPbVqlBxsWKxqFQqUBPhjdqWUxbSFpoxHfmqC ${keyComment(marks)}`;
  const names = Array.from({ length: vms }, (_, i) => `${runName(marks)}-${String(i + 1).padStart(4, "0")}`);
  return {
    marks,
    provider: { cloud: null, region: null },
    vms: names.map((name) => ({ name })),
    flavor: { name: "c1.large" },
    image: { name: "Debian 12" },
    publicKey,
    network,
    sshCidrs: ["192.0.2.1/32"],
    availabilityZones: [],
    spreadOverHypervisors: true,
    configDrive: true,
    bootVolume: null,
    userData: cloudInit({ user: "lkload", publicKey, ...marks }),
  };
}
