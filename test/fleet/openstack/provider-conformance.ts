/** What lkload takes for granted of the provider: the stand-in must do it as the real one does. */
import { expect } from "vitest";
import { readVms } from "../../../src/fleet/openstack/terraform/outputs.ts";
import type { TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import type { Terraform } from "../../../src/fleet/openstack/terraform/terraform.ts";
import type { LoadGeneratorsSpec } from "../../../stacks/load-generators-spec.ts";

export type Provided = { terraform: Terraform; spec: LoadGeneratorsSpec; events: readonly TerraformEvent[] };

/** Makes the stack and removes it again. */
export async function provesConformance({ terraform, spec, events }: Provided, signal: AbortSignal): Promise<void> {
  const call = { signal, timeoutMs: 600_000, parallelism: 10 };
  const planned = await terraform.plan(call);
  expect(new Set(planned.map(({ action }) => action))).toEqual(new Set(["create"]));
  await terraform.apply(call);
  expect(await terraform.stateCount()).toBe(planned.length);

  const of = (type: TerraformEvent["type"], action: string) =>
    events.filter((event) => event.type === type && "action" in event && event.action === action);
  const addresses = (list: readonly TerraformEvent[]): string[] =>
    list.map((event): string => ("address" in event ? (event.address ?? "") : "")).sort();
  const all = planned.map(({ address }) => address).sort();
  expect(addresses(of("started", "create"))).toEqual(all);
  const made = of("completed", "create");
  expect(addresses(made)).toEqual(all);
  for (const event of made) expect(event).toMatchObject({ id: expect.stringMatching(/./) as string });
  // Every resource has an id of its own, and the state knows it.
  const ids = made.map((event) => ("id" in event ? event.id : null));
  expect(await terraform.stateIds()).toEqual(new Set(ids));

  const vms = readVms(await terraform.outputs(call));
  expect(vms.map(({ name }) => name)).toEqual(spec.vms.map(({ name }) => name));
  for (const { id, fixedV4, floatingV4 } of vms) {
    expect(ids).toContain(id);
    for (const address of [fixedV4, floatingV4]) expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  }

  // What is there is what was asked for.
  expect(await terraform.plan(call)).toEqual([]);
  await terraform.destroy(call);
  expect(addresses(of("completed", "delete"))).toEqual(all);
  expect(await terraform.stateCount()).toBe(0);
}
