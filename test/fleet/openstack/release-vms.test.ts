/** Teardown from the journal alone, against a cloud of a few lists; with terraform and a real cloud: *.openstack.test.ts. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configSchema } from "../../../src/config/schema.ts";
import type { FleetContext } from "../../../src/fleet/fleet.ts";
import type { CloudIntent } from "../../../src/fleet/fleet-journal.ts";
import { openstackFleet } from "../../../src/fleet/openstack/openstack-fleet.ts";
import { description, metadata } from "../../../src/fleet/openstack/marks.ts";
import { openstackPlan } from "../../../src/plan/openstack-plan.ts";
import { Journal } from "../../../src/run/journal.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { smallCloud } from "./rest/small-cloud.ts";

const runId = "20260101-000000-abcd";
const marks = { prefix: "lkload", runId, createdAtMs: 0, expiresAtMs: 1, owner: "ada@laptop" };
const name = `lkload-${runId}`;

/** A run whose folder has no more than a journal: killed as terraform began. */
async function killedRun(runDir: string, env: Record<string, string>, changes: Partial<CloudIntent> = {}) {
  const { openstack, ssh } = configSchema.parse({ openstack: { vms: 1 } });
  const plan = openstackPlan(openstack, { name: "lkload", runId });
  if (typeof plan === "string") throw new Error(plan);
  const journal = new Journal(join(runDir, "journal.ndjson"), () => 0);
  journal.write({
    event: "cloud-intent",
    place: "cloud",
    where: "OpenStack",
    cloud: null,
    region: null,
    projectId: "p1",
    authUrl: "http://cloud/v3",
    cloudsFile: null,
    creates: plan.clouds[0]?.creates ?? [],
    ...changes,
  });
  const fleet = openstackFleet({
    openstack,
    ssh,
    session: { env, home: runDir, cwd: runDir },
    plan,
    runDir,
    prefix: "lkload",
    runId,
    minHosts: 1,
    expiresAfterMs: 1,
    owner: marks.owner,
    now: () => 0,
  });
  const signal = AbortSignal.timeout(50_000);
  const said: string[] = [];
  const tell: FleetContext["tell"] = (event) => void (event.type === "note" && said.push(event.text));
  const context = { runDir, signal, journal: journal.forFleet(), tell };
  return { journal, said, release: () => fleet.release(context) };
}

test("what the marks find is removed without a state, counted, and not asked for again", async () => {
  await using dir = await tempDir("release");
  await using cloud = await smallCloud({
    servers: [{ id: "s", name: `${name}-01`, status: "ACTIVE", metadata: metadata(marks) }],
    "security-groups": [
      { id: "g", name, description: description(marks) },
      { id: "theirs", name: `${name}-theirs`, description: "" },
    ],
  });
  const { journal, release } = await killedRun(dir.path, cloud.env);
  const released = await release();
  expect(released.leftovers).toEqual([]);
  // No terraform is on the PATH of this session: that is said, and changes nothing.
  const note = expect.stringContaining("removed without terraform") as string;
  expect(released.items).toEqual([
    { what: "server", where: "OpenStack", made: 1, removed: 1, note },
    { what: "security group", where: "OpenStack", made: 1, removed: 1, note },
  ]);
  expect(cloud.deletes).toEqual(["servers s", "security-groups g"]);
  expect(journal.owned().clouds).toEqual([]);
  expect(await release()).toEqual(released);
  expect(cloud.deletes).toHaveLength(2);
});

test("credentials for another project: nothing is deleted, and nothing is said to be gone", async () => {
  await using dir = await tempDir("release");
  await using cloud = await smallCloud({
    servers: [{ id: "s", name: `${name}-01`, status: "ACTIVE", metadata: metadata(marks) }],
  });
  const { journal, release } = await killedRun(dir.path, cloud.env, { projectId: "p2" });
  const { leftovers } = await release();
  expect(leftovers).toHaveLength(1);
  expect(leftovers[0]).toContain("credentials for project load (p1), the run is in p2");
  expect(cloud.deletes).toEqual([]);
  expect(journal.owned().clouds).toHaveLength(1);
});

/** A run that was started in a folder with a clouds.yaml, for a teardown in another one. */
async function runWithCloudsFile(root: string, env: Record<string, string>) {
  const cloudsFile = join(root, "project", "clouds.yaml");
  const runDir = join(root, "run");
  await mkdir(join(root, "project"));
  await mkdir(runDir);
  const { OS_AUTH_URL: auth_url, OS_USERNAME: username, OS_PASSWORD: password, OS_PROJECT_NAME: project_name } = env;
  const auth = { auth_url, username, password, project_name };
  await writeFile(cloudsFile, JSON.stringify({ clouds: { acme: { auth } } }));
  const run = await killedRun(runDir, {}, { cloud: "acme", cloudsFile });
  return { ...run, cloudsFile };
}

test("the run's clouds.yaml is found from another folder", async () => {
  await using dir = await tempDir("release");
  await using cloud = await smallCloud({
    servers: [{ id: "s", name: `${name}-01`, status: "ACTIVE", metadata: metadata(marks) }],
  });
  const { release } = await runWithCloudsFile(dir.path, cloud.env);
  expect(await release()).toMatchObject({ leftovers: [], items: [{ what: "server", made: 1, removed: 1 }] });
  expect(cloud.deletes).toEqual(["servers s"]);
});

test("the run's clouds.yaml is gone: that is said, and another is looked for", async () => {
  await using dir = await tempDir("release");
  await using cloud = await smallCloud({});
  const { release, said, cloudsFile } = await runWithCloudsFile(dir.path, cloud.env);
  await rm(cloudsFile);
  const { leftovers } = await release();
  expect(said).toContainEqual(
    expect.stringContaining(`${cloudsFile}, which the run was made with, can't be read any more`),
  );
  expect(leftovers).toEqual([expect.stringContaining("cloud acme: there is no clouds.yaml")]);
});
