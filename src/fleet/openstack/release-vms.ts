/** Removes what a run made in its clouds, and proves it by the clouds' own lists, kind by kind. */
import { rm } from "node:fs/promises";
import { LkloadError } from "../../errors.ts";
import { fanOut } from "../../remote/fan-out.ts";
import type { FleetContext, Released } from "../fleet.ts";
import type { CloudIntent, FleetNote, MadeResource } from "../fleet-journal.ts";
import { reconnectCloud } from "./connect.ts";
import { Memory, resourceKinds, runSelection, takeInventory, type Found } from "./inventory.ts";
import type { OpenstackSettings } from "./openstack-settings.ts";
import { placesOf, sshFiles, type Place } from "./places.ts";
import { removeRun } from "./remove-run.ts";
import type { Cloud } from "./rest/cloud.ts";
import { withCloudsFile } from "./rest/clouds-file.ts";
import { findTerraform } from "./terraform/binary.ts";
import { endEarlierProcess } from "./terraform/earlier.ts";
import { parallelismFor, Terraform } from "./terraform/terraform.ts";

/** Also where nothing is known but that something was intended: the marks find it. */
export async function releaseVms(settings: OpenstackSettings, context: FleetContext): Promise<Released> {
  const { journal, runDir, signal } = context;
  const places = placesOf(settings.plan, runDir);
  const intents = places.flatMap((place) => {
    const intent = intentOf(journal.notes(), place);
    return intent === undefined ? [] : [{ place, intent }];
  });
  const outcomes = await fanOut(intents, { concurrency: Math.max(1, intents.length), signal }, ({ place, intent }) =>
    isGone(journal.notes(), place) ? Promise.resolve([]) : releasePlace(settings, context, place, intent),
  );
  const leftovers = outcomes.flatMap((outcome, index) => {
    if (outcome.status === "fulfilled") return outcome.value;
    const { where } = intents[index]!.place;
    return [`${where}: ${messageOf(outcome.reason)}`];
  });
  // The key opens nothing any more; the stack may hold host keys (ssh.hostKeys: user-data).
  if (leftovers.length === 0) {
    await rm(sshFiles(runDir).dir, { recursive: true, force: true });
    if (settings.ssh.hostKeys === "user-data") {
      for (const { outDir } of places) await rm(outDir, { recursive: true, force: true });
    }
  }
  const notes = journal.notes();
  return { items: intents.flatMap(({ place }) => itemsOf(notes, place)), leftovers };
}

/** @returns what is left, in words */
async function releasePlace(
  settings: OpenstackSettings,
  context: FleetContext,
  place: Place,
  intent: CloudIntent,
): Promise<string[]> {
  const { journal, signal, tell } = context;
  await endEarlierProcess(place.dir, signal);
  const cloud = await reconnectCloud(intent, settings.session, {
    signal,
    tell: (text) => tell({ type: "note", text: `${place.where}: ${text}` }),
  });
  const selection = runSelection(settings);
  const memory = new Memory();
  const found = await takeInventory(cloud, selection, { signal, memory });
  journal.note({ event: "cloud-found", place: place.name, resources: found.map(noteOf) });
  const { terraform, problem } = await openTerraform(settings, place, cloud, signal);
  const notes = problem === null ? [] : [problem];
  tell({ type: "note", text: `${place.where}: destroying ${counted(found)}` });
  const result = await removeRun({
    cloud,
    selection,
    memory,
    terraform,
    parallelism: settings.openstack.terraform.parallelism ?? parallelismFor(place.plan.vms.length),
    signal,
    onEvent: (event) => {
      if (event.type === "destroy-failed") {
        notes.push(event.reason);
        tell({ type: "note", text: `${place.where}: ${event.reason}` });
      }
    },
  });
  const more = result.found.filter(({ kind, id }) => !found.some((it) => it.kind === kind && it.id === id));
  if (more.length > 0) journal.note({ event: "cloud-found", place: place.name, resources: more.map(noteOf) });
  journal.note({
    event: "cloud-left",
    place: place.name,
    resources: result.left.map(({ found }) => noteOf(found)),
    note: notes[0] ?? null,
  });
  return result.left.map(({ found, reason }) => {
    const why = reason === null ? "" : `: ${reason}`;
    const name = found.name === "" || found.name === found.id ? found.id : `${found.name} (${found.id})`;
    return `${place.where}: ${found.kind} ${name}${why}`;
  });
}

/** Without terraform all goes by the marks: slower, and as thorough. */
async function openTerraform(
  { openstack, session }: OpenstackSettings,
  place: Place,
  { cloudsFile }: Cloud,
  signal: AbortSignal,
): Promise<{ terraform: Terraform | null; problem: string | null }> {
  try {
    const binary = await findTerraform({ bin: openstack.terraform.bin ?? null, env: session.env, signal });
    const { dir, cliConfigFile } = place;
    const env = withCloudsFile(session.env, cloudsFile);
    const remoteState = openstack.terraform.backend !== undefined;
    const onEvent = () => undefined;
    const terraform = new Terraform({ binary, dir, cliConfigFile, env, remoteState, onEvent });
    // One whose state can't be read is of no use.
    await terraform.stateCount();
    return { terraform, problem: null };
  } catch (error) {
    signal.throwIfAborted();
    // Also a state that was cut when terraform was killed.
    return { terraform: null, problem: `removed without terraform: ${messageOf(error)}` };
  }
}

function intentOf(notes: readonly FleetNote[], { name }: Place): CloudIntent | undefined {
  return notes.find((note): note is CloudIntent => note.event === "cloud-intent" && note.place === name);
}

/** The last teardown found nothing, and nothing was asked for after it. */
function isGone(notes: readonly FleetNote[], { name }: Place): boolean {
  const last = notes.findLast((note) => note.place === name);
  return last?.event === "cloud-left" && last.resources.length === 0;
}

/** Everything that was ever seen, and what of it the last list still had. */
function itemsOf(notes: readonly FleetNote[], { name, where }: Place): Released["items"] {
  const own = notes.filter((note) => note.place === name);
  const made = new Map<string, MadeResource>();
  for (const note of own) {
    if (note.event === "cloud-intent") continue;
    for (const resource of note.resources) made.set(`${resource.kind} ${resource.id}`, resource);
  }
  const last = own.findLast((note) => note.event === "cloud-left");
  const left = last?.event === "cloud-left" ? last.resources : null;
  const note = last?.event === "cloud-left" ? last.note : "not listed";
  const byKind = Map.groupBy(made.values(), ({ kind }) => kind);
  return resourceKinds.flatMap((kind) => {
    const count = byKind.get(kind)?.length ?? 0;
    const still = left === null ? count : left.filter((it) => it.kind === kind).length;
    const what = count === 1 ? kind : `${kind}s`;
    return count === 0 ? [] : [{ what, where, made: count, removed: count - still, note }];
  });
}

function counted(found: readonly Found[]): string {
  const byKind = [...Map.groupBy(found, ({ kind }) => kind)];
  const words = byKind.map(([kind, of]) => `${of.length} ${of.length === 1 ? kind : `${kind}s`}`);
  return words.join(", ") || "nothing that the cloud lists";
}

function noteOf({ kind, id, name }: Found): MadeResource {
  return { kind, id, name };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof LkloadError ? error.hint : undefined;
  return hint === undefined ? error.message : `${error.message} (${hint})`;
}
