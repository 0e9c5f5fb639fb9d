/** What the services list, as far as the sweep reads it. */
import { z } from "zod";
import type { Cloud } from "./cloud.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const named = { id: z.string(), name: text, description: text };

const serverSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
  "os-extended-volumes:volumes_attached": z
    .array(z.object({ id: z.string(), delete_on_termination: z.boolean().default(false) }))
    .default([]),
  fault: z.object({ message: text }).optional(),
});
const portSchema = z.object({ ...named, device_id: text, device_owner: text, network_id: text });
const floatingIpSchema = z.object({ id: z.string(), floating_ip_address: text, description: text });
const namedSchema = z.object(named);
const serverGroupSchema = z.object({ id: z.string(), name: z.string(), members: z.array(z.string()).default([]) });
const keyPairSchema = z.object({ keypair: z.object({ name: z.string(), public_key: text }) });
const volumeSchema = z.object({ id: z.string(), name: text, metadata: z.record(z.string(), z.string()).default({}) });

export type Server = z.infer<typeof serverSchema>;
export type Port = z.infer<typeof portSchema>;
export type FloatingIp = z.infer<typeof floatingIpSchema>;
export type Named = z.infer<typeof namedSchema>;
export type ServerGroup = z.infer<typeof serverGroupSchema>;
export type KeyPair = z.infer<typeof keyPairSchema>;
export type Volume = z.infer<typeof volumeSchema>;

export const listServers = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(serverSchema).parse(await cloud.list("compute", "/servers/detail", "servers", signal));

export const listServerGroups = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(serverGroupSchema).parse(await cloud.list("compute", "/os-server-groups", "server_groups", signal));

export const listKeyPairs = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(keyPairSchema).parse(await cloud.list("compute", "/os-keypairs", "keypairs", signal));

/** An administrator would see those of all projects. */
const ofProject = (cloud: Cloud, path: string) => `${path}?project_id=${encodeURIComponent(cloud.projectId)}`;

export const listPorts = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(portSchema).parse(await cloud.list("network", ofProject(cloud, "/ports"), "ports", signal));

export const listFloatingIps = async (cloud: Cloud, signal: AbortSignal) =>
  z.array(floatingIpSchema).parse(await cloud.list("network", ofProject(cloud, "/floatingips"), "floatingips", signal));

/** What Neutron gives a name and a description. */
export type NamedKind = "router" | "subnet" | "network" | "security_group";

export const listNamed = async (cloud: Cloud, kind: NamedKind, signal: AbortSignal) => {
  const path = ofProject(cloud, `/${kind.replace("_", "-")}s`);
  return z.array(namedSchema).parse(await cloud.list("network", path, `${kind}s`, signal));
};

/** None where the cloud has no volumes. */
export const listVolumes = async (cloud: Cloud, signal: AbortSignal) =>
  cloud.has("volume")
    ? z.array(volumeSchema).parse(await cloud.list("volume", "/volumes/detail", "volumes", signal))
    : [];

/** Why a server went to ERROR, in Nova's words; null when it says nothing. */
export async function serverFault(cloud: Cloud, id: string, signal: AbortSignal): Promise<string | null> {
  const found = await cloud.find("compute", `/servers/${encodeURIComponent(id)}`, signal);
  const server = z.object({ server: serverSchema.pick({ fault: true }) }).safeParse(found);
  return server.success ? server.data.server.fault?.message || null : null;
}

const messagesSchema = z.object({ messages: z.array(z.object({ user_message: text, created_at: text })) });

/** What Cinder last told its users of the volume (`GET /messages`, 3.3); null where it has nothing to say. */
export async function volumeFault(cloud: Cloud, id: string, signal: AbortSignal): Promise<string | null> {
  const path = `/messages?resource_uuid=${encodeURIComponent(id)}`;
  const found = messagesSchema.safeParse(await cloud.find("volume", path, signal));
  if (!found.success) return null;
  const last = found.data.messages.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1))[0];
  return last?.user_message || null;
}
