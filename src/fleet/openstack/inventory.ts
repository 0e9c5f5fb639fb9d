/**
 * What of lkload's is in a project, by the cloud's own truth: no state, no run folder. Only what carries two marks
 * that agree is ever listed (see `marks.ts`); what belongs to a listed server counts with it.
 */
import { isNamed, readDescription, readKeyComment, readMetadata, runNamesOfKeyPair, type FoundMarks } from "./marks.ts";
import type { Cloud } from "./rest/cloud.ts";
import * as resources from "./rest/resources.ts";

/** In the order in which they can be deleted. */
export const resourceKinds = [
  "floating IP",
  "server",
  "port",
  "router interface",
  "router",
  "subnet",
  "network",
  "security group",
  "server group",
  "key pair",
  "volume",
] as const;

export type ResourceKind = (typeof resourceKinds)[number];

export type Found = {
  kind: ResourceKind;
  id: string;
  /** What people call it: its name, or its address. */
  name: string;
  marks: FoundMarks;
  /** The router of a router interface. */
  routerId: string | null;
};

export type Selection = {
  /** Which runs. */
  selects: (marks: FoundMarks) => boolean;
  /** `<prefix>-<run id>` of runs that are known: server groups carry nothing else. */
  runNames: readonly string[];
};

/**
 * What was there before: what servers and volumes leave behind is told by their ids, what carries its run's name alone
 * by the marks that others of the run had.
 */
export class Memory {
  readonly runs = new Map<string, FoundMarks>();
  readonly servers = new Map<string, FoundMarks>();
  readonly volumes = new Map<string, FoundMarks>();
}

export function runSelection({ prefix, runId }: { prefix: string; runId: string }): Selection {
  const name = `${prefix}-${runId}`;
  return { selects: (marks) => marks.runId === runId && marks.name === name, runNames: [name] };
}

export type GcCriteria = {
  runId?: string;
  /** The run's time was over by then. */
  expiredAtMs?: number;
  createdBeforeMs?: number;
};

/** Runs for which all that is given holds; all runs where nothing is. What has no known time is kept. */
export function gcSelection({ runId, expiredAtMs, createdBeforeMs }: GcCriteria): Selection {
  const selects = (marks: FoundMarks) =>
    (runId === undefined || marks.runId === runId) &&
    (expiredAtMs === undefined || (marks.expiresAtMs !== null && marks.expiresAtMs <= expiredAtMs)) &&
    (createdBeforeMs === undefined || (marks.createdAtMs !== null && marks.createdAtMs < createdBeforeMs));
  return { selects, runNames: [] };
}

/** Everything in the project of a kind that lkload makes, whoever made it. */
export type Listings = {
  servers: resources.Server[];
  ports: resources.Port[];
  floatingIps: resources.FloatingIp[];
  routers: resources.Named[];
  subnets: resources.Named[];
  networks: resources.Named[];
  securityGroups: resources.Named[];
  serverGroups: resources.ServerGroup[];
  keyPairs: resources.KeyPair[];
  volumes: resources.Volume[];
};

/** In the order of {@link resourceKinds}. @throws {OpenStackError} */
export async function takeInventory(
  cloud: Cloud,
  selection: Selection,
  options: { signal: AbortSignal; memory?: Memory },
): Promise<Found[]> {
  return selectFrom(await listAll(cloud, options.signal), selection, options.memory);
}

/** One request at a time to each service: this also runs against clouds that are busy. */
async function listAll(cloud: Cloud, signal: AbortSignal): Promise<Listings> {
  const compute = async () => ({
    servers: await resources.listServers(cloud, signal),
    serverGroups: await resources.listServerGroups(cloud, signal),
    keyPairs: await resources.listKeyPairs(cloud, signal),
  });
  const network = async () => ({
    ports: await resources.listPorts(cloud, signal),
    floatingIps: await resources.listFloatingIps(cloud, signal),
    routers: await resources.listNamed(cloud, "router", signal),
    subnets: await resources.listNamed(cloud, "subnet", signal),
    networks: await resources.listNamed(cloud, "network", signal),
    securityGroups: await resources.listNamed(cloud, "security_group", signal),
  });
  const [ofCompute, ofNetwork, volumes] = await Promise.all([
    compute(),
    network(),
    resources.listVolumes(cloud, signal),
  ]);
  return { ...ofCompute, ...ofNetwork, volumes };
}

/** The decision what is ours, apart from the cloud: pure but for what `memory` learns. */
export function selectFrom(listings: Listings, selection: Selection, memory: Memory = new Memory()): Found[] {
  const { servers, ports, floatingIps, routers, subnets, networks } = listings;
  const { securityGroups, serverGroups, keyPairs, volumes } = listings;
  const found: Found[] = [];
  const add = (
    kind: ResourceKind,
    item: { id: string; name: string },
    marks: FoundMarks | undefined,
    routerId?: string,
  ) => {
    if (marks === undefined || !selection.selects(marks)) return false;
    found.push({ kind, id: item.id, name: item.name, marks, routerId: routerId ?? null });
    return true;
  };

  for (const ip of floatingIps) {
    add("floating IP", { id: ip.id, name: ip.floating_ip_address }, readDescription(ip.description));
  }
  for (const server of servers) {
    const marks = agreeing(server.name, readMetadata(server.metadata));
    if (!add("server", server, marks) || marks === undefined) continue;
    memory.servers.set(server.id, marks);
    for (const volume of server["os-extended-volumes:volumes_attached"]) {
      // Of an image that brings its own: those that the stack makes have marks. One that outlives the server is not
      // of the run.
      if (volume.delete_on_termination) memory.volumes.set(volume.id, marks);
    }
  }
  const ourRouters = new Map<string, FoundMarks>();
  for (const router of routers) {
    const marks = agreeing(router.name, readDescription(router.description));
    if (add("router", router, marks) && marks !== undefined) ourRouters.set(router.id, marks);
  }
  for (const port of ports) {
    const interfaceOf =
      port.device_owner.includes("router_interface") || port.device_owner.includes("replicated_interface");
    if (interfaceOf) add("router interface", port, ourRouters.get(port.device_id), port.device_id);
    else add("port", port, agreeing(port.name, readDescription(port.description)) ?? marksOfServer(port, memory));
  }
  for (const subnet of subnets) add("subnet", subnet, agreeing(subnet.name, readDescription(subnet.description)));
  for (const network of networks) add("network", network, agreeing(network.name, readDescription(network.description)));
  for (const group of securityGroups) {
    add("security group", group, agreeing(group.name, readDescription(group.description)));
  }
  // Key pairs and server groups do not say when they expire: what else is there of their run does.
  for (const { marks } of found) memory.runs.set(marks.name, marks);
  const marksNamed = (name: string) => memory.runs.get(name) ?? namedRun(name);
  for (const { keypair } of keyPairs) {
    const runId = readKeyComment(keypair.public_key);
    const named = runNamesOfKeyPair(keypair.name).map(marksNamed);
    const marks = named.find((marks) => marks !== undefined && marks.runId === runId);
    add("key pair", { id: keypair.name, name: keypair.name }, marks);
  }
  const known = new Set([...selection.runNames, ...memory.runs.keys(), ...found.map(({ marks }) => marks.name)]);
  for (const group of serverGroups) {
    const others = group.members.filter((id) => !memory.servers.has(id));
    if (known.has(group.name) && others.length === 0) add("server group", group, marksNamed(group.name));
  }
  for (const volume of volumes) {
    add("volume", volume, agreeing(volume.name, readMetadata(volume.metadata)) ?? memory.volumes.get(volume.id));
  }
  return resourceKinds.flatMap((kind) => found.filter((it) => it.kind === kind));
}

/** The name is the run's, too: one mark alone is not enough. */
function agreeing(name: string, marks: FoundMarks | undefined): FoundMarks | undefined {
  return marks !== undefined && isNamed(name, marks.name) ? marks : undefined;
}

/** A port that Nova made for one of our servers. */
function marksOfServer(port: resources.Port, memory: Memory): FoundMarks | undefined {
  return port.device_owner.startsWith("compute:") ? memory.servers.get(port.device_id) : undefined;
}

/** `<prefix>-<run id>`, where the run's id begins with the time at which it was made (see plan/run-id.ts). */
function namedRun(name: string): FoundMarks | undefined {
  const [, runId, stamp] = /^[a-z0-9][a-z0-9-]*-((\d{8}-\d{6})-[0-9a-z]{4})$/.exec(name) ?? [];
  if (runId === undefined || stamp === undefined) return undefined;
  const time = stamp.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z");
  const createdAtMs = Date.parse(time);
  return { runId, name, createdAtMs: Number.isNaN(createdAtMs) ? null : createdAtMs, expiresAtMs: null, owner: null };
}
