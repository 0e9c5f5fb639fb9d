/** The network that the VMs are on: one that is there, or one made for the run. */
import {
  dataOpenstackNetworkingNetworkV2,
  networkingNetworkV2,
  networkingRouterInterfaceV2,
  networkingRouterV2,
  networkingSubnetV2,
} from "@cdktf/provider-openstack";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { description, runName } from "../src/fleet/openstack/marks.ts";
import { literal } from "./literal.ts";
import type { LoadGeneratorsSpec, ManagedNetwork, NetworkRef } from "./load-generators-spec.ts";

export type Network = {
  id: string;
  /** The IPv4 subnet of a network made for the run; null: whatever the network has. */
  subnetId: string | null;
  /** What ports wait for: without its subnets a network gives no addresses. */
  subnets: ITerraformDependable[];
  /** What floating IPs wait for: without the router's interface there is no way to them. */
  router: ITerraformDependable[];
};

export function makeNetwork(scope: Construct, spec: LoadGeneratorsSpec): Network {
  const { network } = spec;
  if (network.mode === "managed") return makeManaged(scope, spec, network, network.floatingIpPool);
  if (network.mode !== "bastion") return findNetwork(scope, network.network);
  const { network: ref, floatingIpPool } = network;
  return "cidr" in ref ? makeManaged(scope, spec, ref, floatingIpPool) : findNetwork(scope, ref);
}

function findNetwork(scope: Construct, ref: NetworkRef): Network {
  const id = "id" in ref ? ref.id : networkNamed(scope, "network", ref.name);
  return { id, subnetId: null, subnets: [], router: [] };
}

function networkNamed(scope: Construct, id: string, name: string): string {
  return new dataOpenstackNetworkingNetworkV2.DataOpenstackNetworkingNetworkV2(scope, id, { name: literal(name) }).id;
}

function makeManaged(scope: Construct, spec: LoadGeneratorsSpec, wanted: ManagedNetwork, pool: string): Network {
  const marks = { name: runName(spec.marks), description: description(spec.marks) };
  const network = new networkingNetworkV2.NetworkingNetworkV2(scope, "network", { ...marks, adminStateUp: true });
  const subnet = new networkingSubnetV2.NetworkingSubnetV2(scope, "subnet", {
    ...marks,
    networkId: network.id,
    ipVersion: 4,
    cidr: wanted.cidr,
    dnsNameservers: [...wanted.dnsServers],
  });
  const router = new networkingRouterV2.NetworkingRouterV2(scope, "router", {
    ...marks,
    adminStateUp: true,
    externalNetworkId: networkNamed(scope, "external-network", pool),
  });
  const subnets = [subnet];
  if (wanted.ipv6SubnetPoolId !== null) {
    subnets.push(
      new networkingSubnetV2.NetworkingSubnetV2(scope, "subnet-ipv6", {
        ...marks,
        networkId: network.id,
        ipVersion: 6,
        subnetpoolId: wanted.ipv6SubnetPoolId,
        ipv6AddressMode: "slaac",
        ipv6RaMode: "slaac",
      }),
    );
  }
  const interfaces = subnets.map(
    (subnet, index) =>
      new networkingRouterInterfaceV2.NetworkingRouterInterfaceV2(
        scope,
        index === 0 ? "router-interface" : "router-interface-ipv6",
        { routerId: router.id, subnetId: subnet.id },
      ),
  );
  return { id: network.id, subnetId: subnet.id, subnets, router: interfaces };
}
