import { expect, test } from "vitest";
import { parseTerraformLine, type TerraformEvent } from "../../../../src/fleet/openstack/terraform/stream.ts";
import { captured, capturedOf } from "./captured.ts";

/** How many events of each type. */
function counts(events: readonly TerraformEvent[]): Record<string, number> {
  const types = Map.groupBy(events, ({ type }) => type);
  return Object.fromEntries([...types].map(([type, { length }]) => [type, length]));
}

test("an apply: what was planned, started, waited for and made, each with its time", async () => {
  const events = await captured("apply");
  expect(counts(events)).toEqual({ version: 1, planned: 16, started: 16, progress: 4, completed: 16, summary: 1 });
  expect(events[0]).toEqual({ type: "version", product: "terraform", version: "1.11.4" });
  expect(events.at(-1)).toEqual({ type: "summary", operation: "apply", add: 16, change: 0, remove: 0 });
  expect(events).toContainEqual({
    type: "planned",
    address: "openstack_networking_port_v2.port1",
    kind: "openstack_networking_port_v2",
    action: "create",
  });
  const vms = (await capturedOf("apply", "completed")).filter(({ kind }) => kind === "openstack_compute_instance_v2");
  expect(vms).toHaveLength(2);
  for (const { id, elapsedMs } of vms) {
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(elapsedMs).toBeGreaterThan(20_000);
  }
});

test("a destroy", async () => {
  expect(counts(await captured("destroy"))).toMatchObject({ planned: 16, completed: 17, summary: 2 });
  expect((await capturedOf("destroy", "summary")).at(-1)).toMatchObject({ operation: "destroy", remove: 16 });
});

test("OpenTofu's stream is read as well", async () => {
  const events = await captured("apply-tofu");
  expect(events[0]).toEqual({ type: "version", product: "tofu", version: "1.10.10-dev" });
  expect(counts(events)).toMatchObject({ planned: 5, completed: 6 });
});

test("after errors there is no summary of the apply, and what failed is named", async () => {
  const failed = await capturedOf("apply-quota-403", "errored");
  expect(failed.map(({ address }) => address)).toEqual(["openstack_compute_instance_v2.vm0"]);
  expect((await capturedOf("apply-quota-403", "summary")).map(({ operation }) => operation)).toEqual(["plan"]);
});

test("an interrupted stream ends in the middle", async () => {
  expect(counts(await captured("apply-sigkill"))).toMatchObject({ started: 5, completed: 1 });
});

test.each(["", "null", "[]", "Error: no such file", '{"type":"log","@message":"x"}', '{"type":"apply_start"}'])(
  "%o is nothing",
  (line) => {
    expect(parseTerraformLine(line)).toBeUndefined();
  },
);
