/** What a plan asks of a project, in the quotas' own words. Pure. */
import type { OpenstackConfig } from "../../config/schema.ts";
import type { OpenstackPlan } from "../../plan/plan.ts";
import type { Flavor } from "../../fleet/openstack/rest/offers.ts";
import type { Quotas } from "../../fleet/openstack/rest/quotas.ts";

type CloudPlan = OpenstackPlan["clouds"][number];
export type Demand = Readonly<Record<string, number>>;

const quotaNames: Readonly<Record<string, string>> = {
  server: "instances",
  port: "ports",
  "floating IP": "floating IPs",
  network: "networks",
  subnet: "subnets",
  router: "routers",
  "security group": "security groups",
  "server group": "server groups",
  "key pair": "key pairs",
  volume: "volumes",
};

/** Neutron gives a new group two rules, for what goes out. */
const rulesOfGroup = 2;

/** `flavor`: null where it is not known; cores and RAM are then not asked for. */
export function demandOf(plan: CloudPlan, config: OpenstackConfig, flavor: Flavor | null): Demand {
  const vms = plan.vms.length;
  const made = Object.fromEntries(
    plan.creates.flatMap(({ kind, count }) => {
      const name = quotaNames[kind];
      return name === undefined ? [] : [[name, count] as const];
    }),
  );
  const interfaces = plan.creates.find(({ kind }) => kind === "router interface")?.count ?? 0;
  const inside = config.network.mode === "bastion" ? 2 : 0;
  return {
    ...made,
    ...(flavor === null ? {} : { cores: vms * flavor.vcpus, "MB of RAM": vms * flavor.ram }),
    // On a provider network Nova makes the VMs' ports; a router's interface and DHCP have one each.
    ports: (made["ports"] ?? vms) + interfaces + (interfaces > 0 ? 1 : 0),
    "security group rules": rulesOfGroup + inside + Math.max(1, config.sshFrom.length),
    ...(config.volume === undefined ? {} : { "GB of volumes": vms * config.volume.sizeGb }),
  };
}

/** Which quotas do not suffice: `instances: 10 are needed, 8 of 10 are used`. */
export function shortfalls(demand: Demand, quotas: Quotas): string[] {
  return known(demand, quotas).flatMap(({ name, needed, used, limit }) => {
    if (limit === null || used + needed <= limit) return [];
    const left = Math.max(0, limit - used);
    return [`${name}: ${needed} needed, ${left} left (${used} of ${limit} in use)`];
  });
}

/** `10 of 20 instances, 20 of 64 cores`: needed of what is left. Empty where the cloud tells nothing of it. */
export function sufficient(demand: Demand, quotas: Quotas): string {
  const texts = known(demand, quotas).map(({ name, needed, used, limit }) =>
    limit === null ? `${needed} ${name} (no limit)` : `${needed} of ${limit - used} ${name}`,
  );
  return texts.length === 0 ? "" : `needed of what is left: ${texts.join(", ")}`;
}

function known(demand: Demand, quotas: Quotas) {
  return Object.entries(quotas).flatMap(([name, { used, limit }]) => {
    const needed = demand[name] ?? 0;
    return needed === 0 ? [] : [{ name, needed, used, limit }];
  });
}
