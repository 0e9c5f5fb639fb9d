/** One cloud of a plan: credentials, what the configuration names, and room for it. */
import type { OpenstackConfig } from "../../config/schema.ts";
import { chooseFlavor, chooseImage, chooseNetwork } from "../../fleet/openstack/choose.ts";
import { Cloud } from "../../fleet/openstack/rest/cloud.ts";
import type { Session } from "../../fleet/openstack/rest/clouds-file.ts";
import { findCredentials } from "../../fleet/openstack/rest/find-credentials.ts";
import { listFlavors, listImages, listNetworks, listZones } from "../../fleet/openstack/rest/offers.ts";
import { computeQuotas, networkQuotas, volumeQuotas, type Quotas } from "../../fleet/openstack/rest/quotas.ts";
import { listKeyPairs } from "../../fleet/openstack/rest/resources.ts";
import { nearestNames } from "../../config/nearest.ts";
import { defaultExternalNetwork } from "../../plan/openstack-plan.ts";
import type { OpenstackPlan } from "../../plan/plan.ts";
import { after, notApplicable, ok, problem, shared, type Check, type CheckOutcome } from "../check.ts";
import { demandOf, shortfalls, sufficient, type Demand } from "./demand.ts";

type CloudPlan = OpenstackPlan["clouds"][number];

export function cloudChecks(plan: CloudPlan, config: OpenstackConfig, session: Session): Check[] {
  const named = [plan.cloud, plan.region].filter((part) => part !== null).join(", ");
  const group = named === "" ? "OpenStack" : `OpenStack ${named}`;
  const connected = shared((signal) => connect(plan, session, signal));
  const flavor = shared(async (signal) => {
    const cloud = await connected(signal);
    return chooseFlavor(config.flavor, await listFlavors(cloud, signal), cloud);
  });
  const check = (name: string, use: (cloud: Cloud, signal: AbortSignal) => Promise<CheckOutcome>): Check => ({
    group,
    name,
    run: (signal) => after(connected(signal), "the cloud lets nobody in", (cloud) => use(cloud, signal)),
  });
  const demand = async (signal: AbortSignal): Promise<Demand> =>
    demandOf(plan, config, await flavor(signal).catch(() => null));
  return [
    {
      group,
      name: "credentials",
      run: async (signal) => {
        const cloud = await connected(signal);
        return ok(`project ${cloud.projectName}, by ${cloud.source}`);
      },
    },
    check("flavor", async (_, signal) => {
      const { name, vcpus, ram } = await flavor(signal);
      return ok(`${name}: ${vcpus} vCPU, ${ram} MB`);
    }),
    check("image", (cloud, signal) => image(cloud, config, flavor(signal), signal)),
    check("network", (cloud, signal) => network(cloud, config, signal)),
    check("zones", (cloud, signal) => zones(cloud, config, signal)),
    check("compute quota", async (cloud, signal) =>
      quota(await demand(signal), await computeQuotas(cloud, (await listKeyPairs(cloud, signal)).length, signal)),
    ),
    check("network quota", async (cloud, signal) => quota(await demand(signal), await networkQuotas(cloud, signal))),
    check("volume quota", async (cloud, signal) => {
      if (config.volume === undefined) return notApplicable("VMs boot from their flavor's disk");
      if (!cloud.has("volume")) return problem("the cloud has no volumes", "leave out openstack.volume");
      return quota(await demand(signal), await volumeQuotas(cloud, signal));
    }),
  ];
}

async function connect({ cloud, region }: CloudPlan, session: Session, signal: AbortSignal): Promise<Cloud> {
  const credentials = await findCredentials(cloud, session);
  return Cloud.connect(region === null ? credentials : { ...credentials, region }, signal);
}

async function image(
  cloud: Cloud,
  config: OpenstackConfig,
  flavor: Promise<{ name: string; ram: number; disk: number }>,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const found = chooseImage(config.image, await listImages(cloud, signal), cloud);
  const size = await flavor.catch(() => undefined);
  const needs = `${found.name} needs ${found.min_ram} MB of RAM and ${found.min_disk} GB of disk`;
  const diskGb = config.volume?.sizeGb ?? size?.disk ?? 0;
  // A flavor without a disk of its own takes the image's size.
  const tooSmall = size !== undefined && (size.ram < found.min_ram || (diskGb > 0 && diskGb < found.min_disk));
  if (tooSmall) return problem(`${needs}, more than ${size.name} has`, "choose a larger flavor, or another image");
  return ok(`${found.name}, the latest of its name`);
}

async function network(cloud: Cloud, { network }: OpenstackConfig, signal: AbortSignal): Promise<CheckOutcome> {
  const { mode, name, id, floatingIpPool } = network;
  const networks = await listNetworks(cloud, signal);
  const texts: string[] = [];
  const wanted = id === undefined ? (name ?? (mode === "external" ? defaultExternalNetwork : undefined)) : { id };
  if (wanted !== undefined && mode !== "managed") {
    const found = chooseNetwork(wanted, networks, { setting: "openstack.network.name (--network)", place: cloud });
    if (found.subnets.length === 0) {
      return problem(`network ${found.name} has no subnet, so it gives no addresses`, "choose another network");
    }
    texts.push(`${mode} on ${found.name}`);
  } else texts.push(`${mode}: a network of its own`);
  if (mode !== "external") {
    const pool = chooseNetwork(floatingIpPool ?? "", networks, {
      setting: "openstack.network.floatingIpPool",
      place: cloud,
      external: true,
    });
    texts.push(`floating IPs of ${pool.name}`);
  }
  return ok(texts.join(", "));
}

async function zones(cloud: Cloud, config: OpenstackConfig, signal: AbortSignal): Promise<CheckOutcome> {
  const { availabilityZones: wanted } = config;
  if (wanted.length === 0) return notApplicable("the cloud chooses");
  const offered = await listZones(cloud, signal);
  const absent = wanted.filter((zone) => !offered.includes(zone));
  if (absent.length === 0) return ok(wanted.join(", "));
  const near = nearestNames(absent[0] ?? "", offered, 5).join(", ");
  return problem(`no such availability zone, or not available: ${absent.join(", ")}`, `there are ${near || "none"}`);
}

function quota(demand: Demand, quotas: Quotas): CheckOutcome {
  const short = shortfalls(demand, quotas);
  if (short.length === 0) {
    const enough = sufficient(demand, quotas);
    return enough === "" ? notApplicable("the cloud tells none of what is needed") : ok(enough);
  }
  return problem(
    `quota exceeded: ${short.join("; ")}`,
    "ask for fewer or smaller VMs, or for a larger quota of the project; `lkload gc` shows what runs have left in it",
  );
}
