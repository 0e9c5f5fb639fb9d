/** Who gets into the VMs: the run's key, and SSH from given addresses alone. */
import { computeKeypairV2, networkingSecgroupRuleV2, networkingSecgroupV2 } from "@cdktf/provider-openstack";
import type { Construct } from "constructs";
import { description, keyPairName, runName } from "../src/fleet/openstack/marks.ts";
import type { LoadGeneratorsSpec } from "./load-generators-spec.ts";

export type Access = {
  keyPair: computeKeypairV2.ComputeKeypairV2;
  securityGroup: networkingSecgroupV2.NetworkingSecgroupV2;
};

export function makeAccess(scope: Construct, spec: LoadGeneratorsSpec): Access {
  const name = runName(spec.marks);
  const keyPair = new computeKeypairV2.ComputeKeypairV2(scope, "key", {
    name: keyPairName(spec.marks, spec.vms[0]?.name ?? name),
    publicKey: spec.publicKey,
  });
  // Neutron gives a new group rules that let everything out.
  const securityGroup = new networkingSecgroupV2.NetworkingSecgroupV2(scope, "security-group", {
    name,
    description: description(spec.marks),
  });
  const ssh = { direction: "ingress", protocol: "tcp", portRangeMin: 22, portRangeMax: 22 };
  const rule = (id: string, source: { ethertype: string; remoteIpPrefix?: string; remoteGroupId?: string }) =>
    new networkingSecgroupRuleV2.NetworkingSecgroupRuleV2(scope, id, {
      ...ssh,
      ...source,
      securityGroupId: securityGroup.id,
    });
  for (const [index, cidr] of spec.sshCidrs.entries()) {
    rule(`ssh-${index + 1}`, { ethertype: etherType(cidr), remoteIpPrefix: cidr });
  }
  if (spec.network.mode === "bastion") {
    for (const ethertype of ["IPv4", "IPv6"]) {
      rule(`ssh-inside-${ethertype.toLowerCase()}`, { ethertype, remoteGroupId: securityGroup.id });
    }
  }
  return { keyPair, securityGroup };
}

function etherType(cidr: string): "IPv4" | "IPv6" {
  return cidr.includes(":") ? "IPv6" : "IPv4";
}
