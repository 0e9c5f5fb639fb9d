import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { synthesize } from "../../stacks/load-generators.ts";
import { specProblems, type LoadGeneratorsSpec } from "../../stacks/load-generators-spec.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { networks, sampleSpec } from "./sample-spec.ts";

type Stack = {
  locals: Record<string, unknown>;
  resource: Record<string, Record<string, Record<string, unknown>>>;
  provider: unknown;
};

async function stackOf(spec: LoadGeneratorsSpec): Promise<{ text: string; stack: Stack }> {
  await using out = await tempDir("synth");
  const text = await readFile(join(synthesize(spec, out.path), "cdk.tf.json"), "utf8");
  return { text: `${text}\n`, stack: JSON.parse(text) as Stack };
}

test.each(Object.entries(networks))("network mode %s is synthesized as it was", async (mode, network) => {
  const { text } = await stackOf(sampleSpec({ network }));
  await expect(text).toMatchFileSnapshot(join("golden", `${mode}.json`));
});

test("a bastion on a network of its own, a volume as root disk, ids instead of names", async () => {
  const { dnsServers, cidr } = networks.managed;
  const spec = sampleSpec({
    provider: { cloud: null, region: "GRA11" },
    network: {
      mode: "bastion",
      floatingIpPool: "public",
      network: { cidr, dnsServers, ipv6SubnetPoolId: null },
    },
    flavor: { vcpus: 4, ramMb: 8192 },
    image: { id: "0f2f1c86-9d3d-4b53-8f0f-1b8b3e6b6a3e" },
    bootVolume: { sizeGb: 20, type: "fast" },
    availabilityZones: [],
    spreadOverHypervisors: false,
  });
  const { text } = await stackOf(spec);
  await expect(text).toMatchFileSnapshot(join("golden", "bastion-managed-volume.json"));
});

test("the provider block names a cloud, or nothing: credentials have no place in the file", async () => {
  const { stack } = await stackOf(sampleSpec({ provider: { cloud: null, region: null } }));
  expect(stack.provider).toEqual({ openstack: [{ max_retries: 5 }] });
});

test("clouds of one run, which may share a user, have key pairs of different names", async () => {
  const keyPairOf = async (changes: Partial<LoadGeneratorsSpec>) => {
    const { stack } = await stackOf(sampleSpec(changes));
    return stack.resource["openstack_compute_keypair_v2"]?.["key"]?.["name"];
  };
  const [first, second] = sampleSpec().vms;
  expect(await keyPairOf({ vms: [first!] })).toBe("lkload-20261122-194812-k3f9");
  expect(await keyPairOf({ vms: [second!] })).toBe("lkload-20261122-194812-k3f9-02");
});

test("every port, floating IP and group carries both marks from its first moment on", async () => {
  const { stack } = await stackOf(sampleSpec({ network: networks.managed }));
  const marked = Object.entries(stack.resource).filter(([type]) => {
    // Marked by name and metadata, by name and the key's comment, by name alone, and through what they join.
    return !/instance|keypair|servergroup|secgroup_rule|router_interface/.test(type);
  });
  expect(marked.map(([type]) => type.replace(/^openstack_networking_|_v2$/g, "")).sort()).toEqual([
    "floatingip",
    "network",
    "port",
    "router",
    "secgroup",
    "subnet",
  ]);
  for (const [, resources] of marked) {
    for (const { description } of Object.values(resources)) {
      expect(description).toContain("lkload-run=20261122-194812-k3f9 lkload-name=lkload-20261122-194812-k3f9 ");
    }
  }
});

test("1,000 VMs are synthesized whole, in blocks: terraform's time for one grows with its block", async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `lkload-20261122-194812-k3f9-${String(i + 1).padStart(4, "0")}`);
  const { stack } = await stackOf(sampleSpec({ vms: names.map((name) => ({ name })), network: networks.bastion }));
  const blocksOf = (type: string) =>
    Object.values(stack.resource[type] ?? {}).map((block) =>
      Object.values(block["for_each"] as Record<string, { name: string; zone: string }>),
    );
  const servers = blocksOf("openstack_compute_instance_v2");
  expect(servers.map((block) => block.length)).toEqual(Array.from({ length: 100 }, () => 10));
  expect(servers.flat().map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  expect(servers.flat().filter(({ zone }) => zone === "zone-a")).toHaveLength(500);
  expect(blocksOf("openstack_networking_port_v2").flat()).toHaveLength(1000);
  expect(blocksOf("openstack_networking_floatingip_v2").flat()).toMatchObject([{ name: names[0] }]);
});

test("VMs of the second block have their ports and floating IPs from the second block", async () => {
  const vms = Array.from({ length: 11 }, (_, i) => ({ name: `lkload-20261122-194812-k3f9-${i + 10}` }));
  const { stack, text } = await stackOf(sampleSpec({ vms }));
  const port = { network: [{ port: "${openstack_networking_port_v2.port-2[each.key].id}" }] };
  expect(stack.resource["openstack_compute_instance_v2"]?.["vm-2"]).toMatchObject(port);
  expect(stack.resource["openstack_networking_floatingip_v2"]?.["floating-ip-2"]).toMatchObject({
    port_id: "${openstack_networking_port_v2.port-2[each.key].id}",
  });
  // A list of both: an expression has no `${…}` inside.
  const { vms: output } = (JSON.parse(text) as { output: Record<string, { value: string }> }).output;
  expect(output?.value).toMatch(/^\$\{concat\(\[for [^$]*vm-1 [^$]*floating-ip-1[^$]*vm-2 [^$]*floating-ip-2[^$]*\}$/);
});

test.each([
  [{ vms: [] }, "no VMs"],
  [{ vms: [{ name: "other-01" }] }, "VM other-01: the name must begin with lkload-20261122-194812-k3f9-"],
  [{ vms: [...sampleSpec().vms, ...sampleSpec().vms] }, "two VMs have the same name"],
  [{ sshCidrs: [] }, "SSH is allowed from nowhere: name at least one CIDR"],
  [{ publicKey: "-----BEGIN OPENSSH PRIVATE KEY-----" }, "not a public SSH key"],
  [{ userData: "-----BEGIN OPENSSH PRIVATE KEY-----" }, "a private key in user data, which is kept in plain text"],
  [{ userData: "x".repeat(50_000) }, "user data of 50000 bytes, more than Nova's 49149"],
])("a specification with %o is refused", async (changes, problem) => {
  const spec = sampleSpec(changes);
  expect(specProblems(spec)).toContain(problem);
  await using out = await tempDir("synth");
  expect(() => synthesize(spec, out.path)).toThrow(problem);
});

test("the sample itself has no problem", () => {
  expect(specProblems(sampleSpec())).toEqual([]);
});

test("text stays text where terraform would see an expression", async () => {
  const { stack } = await stackOf(sampleSpec({ userData: "echo ${HOME} %{if} $HOME", flavor: { name: "${x}" } }));
  expect(stack.locals["user-data"]).toBe("echo $${HOME} %%{if} $HOME");
});
