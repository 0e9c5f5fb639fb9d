/** What a cloud has on offer: flavors, images, networks, zones. */
import { z } from "zod";
import type { Cloud } from "./cloud.ts";

const flavorSchema = z.object({
  id: z.string(),
  name: z.string(),
  vcpus: z.number(),
  /** MiB. */
  ram: z.number(),
  /** GiB; 0 where the image or a volume decides. */
  disk: z.number().default(0),
});
const imageSchema = z.object({
  id: z.string(),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ""),
  status: z.string().default("active"),
  created_at: z.string().default(""),
  /** GiB. */
  min_disk: z
    .number()
    .nullish()
    .transform((size) => size ?? 0),
  /** MiB. */
  min_ram: z
    .number()
    .nullish()
    .transform((size) => size ?? 0),
});
const networkSchema = z.object({
  id: z.string(),
  name: z.string().default(""),
  subnets: z.array(z.string()).default([]),
  "router:external": z.boolean().default(false),
  status: z.string().default("ACTIVE"),
});
const zoneSchema = z.object({ zoneName: z.string(), zoneState: z.object({ available: z.boolean() }) });

export type Flavor = z.infer<typeof flavorSchema>;
export type Image = z.infer<typeof imageSchema>;
export type NetworkOffer = z.infer<typeof networkSchema>;

export const listFlavors = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(flavorSchema).parse(await cloud.list("compute", "/flavors/detail", "flavors", signal));

/** Those that can be used; all pages. */
export const listImages = async (cloud: Cloud, signal: AbortSignal) =>
  z
    .array(imageSchema)
    .parse(await cloud.list("image", "/images?limit=1000", "images", signal))
    .filter(({ status }) => status === "active");

/** The project's own, shared ones and external ones. */
export const listNetworks = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(networkSchema).parse(await cloud.list("network", "/networks", "networks", signal));

/** Those that take VMs now. */
export const listZones = async (cloud: Cloud, signal: AbortSignal) =>
  z
    .array(zoneSchema)
    .parse(await cloud.list("compute", "/os-availability-zone", "availabilityZoneInfo", signal))
    .filter(({ zoneState }) => zoneState.available)
    .map(({ zoneName }) => zoneName);
