/** One of a run's clouds, from nothing to VMs with addresses: journal, stack, terraform. */
import type { FleetContext } from "../fleet.ts";
import type { MadeResource } from "../fleet-journal.ts";
import { connectCloud } from "./connect.ts";
import { explain } from "./explain.ts";
import type { RunMarks } from "./marks.ts";
import type { OpenstackSettings } from "./openstack-settings.ts";
import { ownCidrs } from "./own-addresses.ts";
import type { Place } from "./places.ts";
import { reachable } from "./reach.ts";
import type { Cloud } from "./rest/cloud.ts";
import { withCloudsFile } from "./rest/clouds-file.ts";
import type { RunKeys } from "./run-key.ts";
import { findTerraform } from "./terraform/binary.ts";
import { TerraformFailure } from "./terraform/failure.ts";
import type { VmAddresses } from "./terraform/outputs.ts";
import { kindOf, vmsOf } from "./terraform/state.ts";
import type { TerraformEvent } from "./terraform/stream.ts";
import { parallelismFor, Terraform } from "./terraform/terraform.ts";
import { writeStack } from "./write-stack.ts";

export type MakeVms = {
  settings: OpenstackSettings;
  context: FleetContext;
  place: Place;
  marks: RunMarks;
  keys: RunKeys;
  /** A VM that the cloud says is running: its address may not be known yet. */
  onServer: (vm: { name: string; id: string; createMs: number }, cloud: Cloud) => void;
};

export type MadeVms = {
  cloud: Cloud;
  vms: VmAddresses[];
  /** Why not all of them are there; null when they are. */
  failure: TerraformFailure | null;
};

/** @throws LkloadError before anything was made, or when no VM could be made */
export async function makeVms(make: MakeVms): Promise<MadeVms> {
  const { settings, context, place } = make;
  const { signal } = context;
  const cloud = await connectCloud(place.plan, settings.session, signal);
  const binary = await findTerraform({
    bin: settings.openstack.terraform.bin ?? null,
    env: settings.session.env,
    signal,
  });
  const { sshFrom } = settings.openstack;
  await writeStack({ ...make, sshCidrs: sshFrom.length > 0 ? sshFrom : await ownCidrs(cloud.authUrl) });
  const resources: MadeResource[] = [];
  const terraform = openTerraform(make, binary, cloud, (event) => {
    const made = madeBy(event, place);
    if (made !== undefined) resources.push(made);
    tellOf(event, make, cloud);
  });
  context.tell({ type: "note", text: `${place.where}: preparing ${binary.product} ${binary.version}` });
  await terraform.init({ signal, timeoutMs: initMs });
  context.journal.note({
    event: "cloud-intent",
    place: place.name,
    where: place.where,
    cloud: place.plan.cloud,
    region: place.plan.region,
    projectId: cloud.projectId,
    authUrl: cloud.authUrl,
    cloudsFile: cloud.cloudsFile,
    creates: place.plan.creates,
  });
  let failure: TerraformFailure | null = null;
  try {
    const parallelism = settings.openstack.terraform.parallelism ?? parallelismFor(place.plan.vms.length);
    await terraform.apply({ signal, timeoutMs: settings.openstack.applyTimeout, parallelism });
  } catch (error) {
    if (!(error instanceof TerraformFailure)) throw error;
    failure = await explain(error, cloud, signal);
  } finally {
    if (resources.length > 0) context.journal.note({ event: "cloud-made", place: place.name, resources });
  }
  const vms = reachable(vmsOf(await terraform.stateInstances()), settings.openstack.network.mode);
  if (failure !== null && vms.length === 0) throw failure;
  return { cloud, vms, failure };
}

/** Fetching the provider from the registry takes as long as the network does. */
const initMs = 300_000;

function openTerraform(
  { settings, place }: Pick<MakeVms, "settings" | "place">,
  binary: Awaited<ReturnType<typeof findTerraform>>,
  { cloudsFile }: Cloud,
  onEvent: (event: TerraformEvent) => void,
): Terraform {
  return new Terraform({
    binary,
    dir: place.dir,
    cliConfigFile: place.cliConfigFile,
    // It runs in the run's folder, and would look for one there.
    env: withCloudsFile(settings.session.env, cloudsFile),
    remoteState: settings.openstack.terraform.backend !== undefined,
    onEvent,
  });
}

function madeBy(event: TerraformEvent, place: Place): MadeResource | undefined {
  if (event.type !== "completed" || event.action !== "create" || event.id === null) return undefined;
  const kind = kindOf(event.kind);
  return kind === undefined ? undefined : { kind, id: event.id, name: vmNameOf(event.address, place) ?? event.address };
}

/** `openstack_compute_instance_v2.vm-1["01"]` → the VM's name. */
function vmNameOf(address: string, place: Place): string | undefined {
  const key = /\["([^"]+)"\]$/.exec(address)?.[1];
  return key === undefined ? undefined : place.plan.vms.find(({ name }) => name.endsWith(`-${key}`))?.name;
}

/** VMs one by one, everything else in one line each. */
function tellOf(event: TerraformEvent, { context, place, onServer }: MakeVms, cloud: Cloud): void {
  if (event.type !== "started" && event.type !== "completed" && event.type !== "errored") return;
  if (event.action !== "create") return;
  const name = vmNameOf(event.address, place);
  const host = place.plan.vms.find((vm) => vm.name === name)?.host;
  const seconds = `${Math.round(event.elapsedMs / 1000)} s`;
  if (event.kind === "openstack_compute_instance_v2" && name !== undefined && host !== undefined) {
    if (event.type === "started") context.tell({ type: "host", host, status: "started", detail: `making ${name}` });
    if (event.type === "errored")
      context.tell({ type: "host", host, status: "failed", detail: `${name} could not be made` });
    if (event.type !== "completed" || event.id === null) return;
    context.tell({ type: "host", host, status: "started", detail: `${name} runs after ${seconds}, booting` });
    onServer({ name, id: event.id, createMs: event.elapsedMs }, cloud);
  } else if (event.type === "completed") {
    const kind = kindOf(event.kind) ?? "security group rule";
    context.tell({
      type: "note",
      text: `${place.where}: ${kind} made${event.elapsedMs < 1000 ? "" : ` in ${seconds}`}`,
    });
  }
}
