/** How much of what a project may have, and has. Clouds leave parts of it out: what is not told is unknown. */
import { z } from "zod";
import type { Cloud } from "./cloud.ts";

/** `limit`: null for none. */
export type Quota = { used: number; limit: number | null };

/** By the names that people know: `instances`, `cores`, `floating IPs` … */
export type Quotas = Readonly<Record<string, Quota>>;

const absoluteSchema = z.object({ limits: z.object({ absolute: z.record(z.string(), z.unknown()) }) });
const detailSchema = z.object({
  quota: z.record(
    z.string(),
    z
      .object({ used: z.number(), limit: z.number(), reserved: z.number().default(0) })
      .catch({ used: 0, limit: -1, reserved: 0 }),
  ),
});

/** Name → Nova's keys of limit and use. RAM in MiB. */
const computeKeys = {
  instances: ["maxTotalInstances", "totalInstancesUsed"],
  cores: ["maxTotalCores", "totalCoresUsed"],
  "MB of RAM": ["maxTotalRAMSize", "totalRAMUsed"],
  "server groups": ["maxServerGroups", "totalServerGroupsUsed"],
} as const;

const volumeKeys = {
  volumes: ["maxTotalVolumes", "totalVolumesUsed"],
  "GB of volumes": ["maxTotalVolumeGigabytes", "totalGigabytesUsed"],
} as const;

const networkKeys = {
  ports: "port",
  "floating IPs": "floatingip",
  networks: "network",
  subnets: "subnet",
  routers: "router",
  "security groups": "security_group",
  "security group rules": "security_group_rule",
} as const;

/** Nova's `GET /limits`; key pairs are counted by `keyPairs`, which Nova does not. @throws {OpenStackError} */
export async function computeQuotas(cloud: Cloud, keyPairs: number, signal: AbortSignal): Promise<Quotas> {
  const absolute = await absoluteLimits(cloud, "compute", signal);
  const limit = absolute["maxTotalKeypairs"];
  return {
    ...quotasFrom(absolute, computeKeys),
    ...(typeof limit === "number" ? { "key pairs": { used: keyPairs, limit: limitOf(limit) } } : {}),
  };
}

/** Cinder's `GET /limits`. @throws {OpenStackError} */
export async function volumeQuotas(cloud: Cloud, signal: AbortSignal): Promise<Quotas> {
  return quotasFrom(await absoluteLimits(cloud, "volume", signal), volumeKeys);
}

/** Neutron's `GET /quotas/{project}/details`; nothing where the cloud does not have it. @throws {OpenStackError} */
export async function networkQuotas(cloud: Cloud, signal: AbortSignal): Promise<Quotas> {
  const path = `/quotas/${encodeURIComponent(cloud.projectId)}/details.json`;
  const parsed = detailSchema.safeParse(await cloud.find("network", path, signal));
  if (!parsed.success) return {};
  const { quota } = parsed.data;
  const entries = Object.entries(networkKeys).flatMap(([name, key]) => {
    const found = quota[key];
    return found === undefined
      ? []
      : [[name, { used: found.used + found.reserved, limit: limitOf(found.limit) }] as const];
  });
  return Object.fromEntries(entries);
}

async function absoluteLimits(
  cloud: Cloud,
  service: "compute" | "volume",
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const parsed = absoluteSchema.safeParse(await cloud.get(service, "/limits", signal));
  return parsed.success ? parsed.data.limits.absolute : {};
}

function quotasFrom(
  absolute: Readonly<Record<string, unknown>>,
  keys: Readonly<Record<string, readonly [string, string]>>,
): Quotas {
  const entries = Object.entries(keys).flatMap(([name, [limitKey, usedKey]]) => {
    const limit = absolute[limitKey];
    const used = absolute[usedKey];
    if (typeof limit !== "number" || typeof used !== "number") return [];
    return [[name, { used, limit: limitOf(limit) }] as const];
  });
  return Object.fromEntries(entries);
}

/** −1 means none. */
const limitOf = (limit: number) => (limit < 0 ? null : limit);
