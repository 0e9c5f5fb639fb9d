import type { LoadGeneratorsSpec, NetworkSpec } from "../../stacks/load-generators-spec.ts";

export const networks = {
  external: { mode: "external", network: { name: "Ext-Net" } },
  existing: { mode: "existing", network: { name: "tenant-net" }, floatingIpPool: "public" },
  managed: {
    mode: "managed",
    floatingIpPool: "public",
    cidr: "10.71.0.0/20",
    dnsServers: ["192.0.2.53"],
    ipv6SubnetPoolId: "5b4e9d0a-6f62-4c58-9a50-6f6f5e0b3a11",
  },
  bastion: { mode: "bastion", floatingIpPool: "public", network: { id: "d2a6f0a4-5c5c-4c0e-9c39-0c1c6d1f5a01" } },
} as const satisfies Record<string, NetworkSpec>;

export function sampleSpec(changes: Partial<LoadGeneratorsSpec> = {}): LoadGeneratorsSpec {
  return {
    marks: {
      prefix: "lkload",
      runId: "20261122-194812-k3f9",
      createdAtMs: Date.UTC(2026, 10, 22, 19, 48, 12),
      expiresAtMs: Date.UTC(2026, 10, 22, 23, 48, 12),
      owner: "ada@workstation",
    },
    provider: { cloud: "acme", region: null },
    vms: [{ name: "lkload-20261122-194812-k3f9-01" }, { name: "lkload-20261122-194812-k3f9-02" }],
    flavor: { name: "c1.large" },
    image: { nameRegex: "^Debian 12" },
    publicKey:
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGVleGFtcGxlZXhhbXBsZWV4YW1wbGU= lkload-run=20261122-194812-k3f9",
    network: networks.existing,
    sshCidrs: ["198.51.100.7/32", "2001:db8::7/128"],
    availabilityZones: ["zone-a", "zone-b"],
    spreadOverHypervisors: true,
    configDrive: true,
    bootVolume: null,
    userData: "#cloud-config\n{}\n",
    ...changes,
  };
}
