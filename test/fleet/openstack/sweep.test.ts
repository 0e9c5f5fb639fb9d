import { expect, test } from "vitest";
import { runSelection } from "../../../src/fleet/openstack/inventory.ts";
import { description, metadata, runName, type RunMarks } from "../../../src/fleet/openstack/marks.ts";
import { sweep, type SweepEvent } from "../../../src/fleet/openstack/sweep.ts";
import { smallCloud } from "./rest/small-cloud.ts";

const marks: RunMarks = {
  prefix: "lkload",
  runId: "20261122-194812-k3f9",
  createdAtMs: 0,
  expiresAtMs: 1,
  owner: "ada",
};
const name = runName(marks);
const selection = runSelection(marks);
const options = { signal: AbortSignal.timeout(60_000), timeoutMs: 30_000 };
const server = (id: string) => ({ id, name: `${name}-${id}`, status: "ACTIVE", metadata: metadata(marks) });
const thing = (id: string) => ({ id, name, description: description(marks) });

test("servers first, then what they held; what was refused is tried again", async () => {
  await using it = await smallCloud({ servers: [server("s")], ports: [thing("p")], "security-groups": [thing("g")] });
  let refusals = 1;
  it.refuses = (kind) => (kind === "security-groups" && refusals-- > 0 ? "in use" : undefined);
  const events: SweepEvent[] = [];
  const result = await sweep(it.cloud, selection, { ...options, onEvent: (event) => events.push(event) });
  expect(it.deletes).toEqual(["servers s", "ports p", "security-groups g", "security-groups g"]);
  expect(result.left).toEqual([]);
  expect(result.deleted.map(({ kind }) => kind)).toEqual(["server", "port", "security group"]);
  expect(events.find(({ type }) => type === "refused")).toMatchObject({
    reason: expect.stringContaining("in use") as string,
  });
});

test("what stays is named with the cloud's reason when the time is up", async () => {
  await using it = await smallCloud({ networks: [thing("n")], ports: [thing("p")] });
  it.refuses = (kind) => (kind === "networks" ? "There are one or more ports in use on the network." : undefined);
  const result = await sweep(it.cloud, selection, { ...options, timeoutMs: 0 });
  expect(result.deleted.map(({ id }) => id)).toEqual(["p"]);
  expect(result.left).toMatchObject([
    { found: { kind: "network", id: "n" }, reason: expect.stringContaining("one or more ports in use") as string },
  ]);
});

test("what comes into being after the first empty list is found when the project is given time to settle", async () => {
  await using it = await smallCloud({ servers: [server("s")] });
  let inventories = 0;
  it.onInventory = () => {
    inventories += 1;
    if (inventories === 3) it.items["servers"] = [server("late")];
  };
  const result = await sweep(it.cloud, selection, { ...options, settleMs: 10 });
  expect(it.deletes).toEqual(["servers s", "servers late"]);
  expect(result).toMatchObject({ left: [], deleted: [{ id: "s" }, { id: "late" }] });
});

test("only the kinds that are asked for, and not what is excepted", async () => {
  await using it = await smallCloud({ servers: [server("s"), server("known")], networks: [thing("n")] });
  const result = await sweep(it.cloud, selection, { ...options, kinds: ["server"], except: new Set(["known"]) });
  expect(it.deletes).toEqual(["servers s"]);
  expect(result.left).toEqual([]);
});
