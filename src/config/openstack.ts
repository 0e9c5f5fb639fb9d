/** The part of `lkload.yaml` that says which VMs are made for a run, and where. */
import { isIP } from "node:net";
import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { intSchema } from "./integer.ts";

const textSchema = z.string().min(1);
const cidrWords = "addresses as CIDR, such as 203.0.113.7/32";

export function isCidr(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  const family = isIP(address);
  return family !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

const cidrSchema = z.string(cidrWords).refine(isCidr, cidrWords);

const flavorWords = "a flavor's name, or a map with id, or with vcpus and ramMb";
const flavorSchema = z
  .union(
    [
      textSchema,
      z.strictObject({ id: textSchema }),
      z.strictObject({ vcpus: intSchema(1, 1024), ramMb: intSchema(128, 16_777_216) }),
    ],
    flavorWords,
  )
  .default("c1.large")
  .describe("flavor by name, by `id`, or by exactly these `vcpus` and `ramMb` (flag: --flavor NAME)");

const imageWords = "an image's name, or a map with one of name, regex and id";
const imageSchema = z
  .union(
    [
      textSchema,
      z.strictObject({ name: textSchema }),
      z.strictObject({ regex: textSchema }),
      z.strictObject({ id: textSchema }),
    ],
    imageWords,
  )
  .default({ regex: "^[Uu]buntu[-_ ]24[.]04" })
  .describe("image with cloud-init by name, `regex` or `id`; the most recent one that fits (flag: --image NAME)");

const networkSchema = z.strictObject({
  mode: z
    .enum(["external", "existing", "managed", "bastion"])
    .default("external")
    .describe(
      "external: VMs directly on a provider network; existing: a tenant network and a floating IP per VM; " +
        "managed: network, router and floating IPs made for the run; bastion: one floating IP, the other VMs through it",
    ),
  name: textSchema
    .optional()
    .describe("external: the provider network (default Ext-Net); existing and bastion: the tenant network"),
  id: textSchema.optional().describe("the same by id, for names that stand twice"),
  floatingIpPool: textSchema
    .optional()
    .describe("external network that floating IPs are taken from: for existing, managed and bastion"),
  cidr: cidrSchema.default("10.74.0.0/20").describe("IPv4 addresses of a network that is made for the run"),
  dnsServers: z
    .array(textSchema)
    .default([])
    .describe("name servers of a network that is made for the run (default: the cloud's own)"),
  ipv6SubnetPool: textSchema
    .optional()
    .describe("id of a subnet pool: a network that is made for the run then has IPv6 too"),
});

const volumeSchema = z.strictObject({
  sizeGb: intSchema(1, 16_384),
  type: textSchema.optional().describe("volume type (default: the cloud's own)"),
});

const terraformSchema = z.strictObject({
  bin: textSchema
    .optional()
    .describe("terraform or tofu, by name or path (default: terraform, else tofu on PATH; flag: --terraform-bin)"),
  parallelism: intSchema(1, 1000)
    .optional()
    .describe("operations at once (default: as many as VMs, at least 10, at most 100)"),
  mirror: textSchema
    .optional()
    .describe("filesystem mirror of the provider, for machines without a registry (default: the registry)"),
  pluginCache: textSchema.default("~/.cache/lkload/terraform").describe("where providers are kept between runs"),
  backend: z
    .strictObject({
      type: z.string().regex(/^[a-z0-9]+$/, "the name of a terraform backend, such as s3"),
      config: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean()], "text, a number, true or false"))
        .default({})
        .describe("its settings; `{run}` in a text becomes the run's name. Secrets belong into its environment"),
    })
    .optional()
    .describe("where the state is kept (default: in the run folder)"),
});

/** One cloud or region of several. */
const cloudShareSchema = z.strictObject({
  cloud: textSchema.optional(),
  region: textSchema.optional(),
  vms: intSchema(1, 1000),
});

export const openstackSchema = z.strictObject({
  vms: intSchema(1, 1000).optional().describe("how many VMs are made for a run (flag: --vms)"),
  cloud: textSchema
    .optional()
    .describe("entry of clouds.yaml (default: OS_CLOUD, else the OS_* variables of an rc file; flag: --cloud)"),
  region: textSchema.optional().describe("default: the cloud's own"),
  clouds: z
    .array(cloudShareSchema)
    .default([])
    .describe("several clouds or regions instead, each with its number of VMs"),
  flavor: flavorSchema,
  image: imageSchema,
  network: networkSchema.prefault({}),
  sshFrom: z
    .array(cidrSchema, cidrWords)
    .default([])
    .describe("where SSH to the VMs is allowed from, as CIDRs (default: this machine's own addresses)"),
  availabilityZones: z.array(textSchema).default([]).describe("VMs are spread over these (default: the cloud decides)"),
  antiAffinity: z.boolean().default(true).describe("ask for different hypervisors as far as there are"),
  configDrive: z
    .boolean()
    .default(true)
    .describe("give VMs their configuration on a drive, besides the metadata service"),
  volume: volumeSchema.optional().describe("boot from a volume of this size (default: from the flavor's disk)"),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name of Linux")
    .default("lkload")
    .describe("made on the VMs, with sudo and the run's key"),
  ttl: durationSchema({ minMs: 600_000, maxMs: 7 * 24 * 3600_000 })
    .optional()
    .describe(
      "VMs power themselves off, and count as expired, this long after they were asked for (default: the load and two hours)",
    ),
  bootTimeout: durationSchema({ minMs: 10_000, maxMs: 3600_000 })
    .prefault("10m")
    .describe("how long a VM may take from being made to answering SSH with cloud-init done"),
  applyTimeout: durationSchema({ minMs: 60_000, maxMs: 6 * 3600_000 })
    .prefault("30m")
    .describe("how long terraform may take to make all of them"),
  terraform: terraformSchema.prefault({}),
});
