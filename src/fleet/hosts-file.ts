/** `hosts.json`: the hosts of a run as they were provisioned, enough to reach them again from the folder alone. */
import { z } from "zod";

export const fleetHostSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(["local", "ssh"]),
  address: z.string(),
  port: z.int(),
  user: z.string(),
  /** Pinned host key (`ssh-ed25519 AAAA…` or `SHA256:…`); null: known_hosts decides. */
  hostKey: z.string().nullable(),
  identityFile: z.string().nullable(),
  proxyJump: z.string().nullable(),
});

export const hostsFileSchema = z.strictObject({
  schema: z.literal("lkload/hosts"),
  version: z.literal(1),
  hosts: z.array(fleetHostSchema),
});

export type FleetHost = z.infer<typeof fleetHostSchema>;
