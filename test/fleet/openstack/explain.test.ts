/** Streams as the real provider printed them, and what a cloud has to say of them. */
import { expect, test } from "vitest";
import { explain } from "../../../src/fleet/openstack/explain.ts";
import { TerraformFailure } from "../../../src/fleet/openstack/terraform/failure.ts";
import { problemsOf } from "../../../src/fleet/openstack/terraform/problem.ts";
import type { SmallCloud } from "./rest/small-cloud.ts";
import { smallCloud } from "./rest/small-cloud.ts";
import { capturedOf } from "./terraform/captured.ts";

const signal = AbortSignal.timeout(60_000);

const cloudOf = () =>
  smallCloud({
    flavors: [
      { id: "f1", name: "lab.small", vcpus: 1, ram: 512 },
      { id: "f2", name: "lab.medium", vcpus: 1, ram: 1024 },
    ],
    images: [{ id: "i1", name: "debian-12" }],
    networks: [{ id: "n1", name: "public" }],
  });

async function told(capture: string, cloud: SmallCloud): Promise<TerraformFailure> {
  return explain(
    new TerraformFailure("apply", problemsOf(await capturedOf(capture, "diagnostic")), "fallback"),
    cloud.cloud,
    signal,
  );
}

test("an unknown flavor: the names that there are", async () => {
  await using cloud = await cloudOf();
  const failure = await told("apply-unknown-flavor", cloud);
  expect(failure.problems.map(({ kind }) => kind)).toContain("not-found");
  expect(failure.message).toMatch(/lab\.(small|medium), lab\.(small|medium)/);
});

test("an unknown image: the names that there are", async () => {
  await using cloud = await cloudOf();
  expect((await told("apply-unknown-image", cloud)).message).toContain("there are debian-12");
});

test("floating IPs over the quota: how many of how many are in use", async () => {
  await using cloud = await cloudOf();
  cloud.answers = { quotas: { quota: { floatingip: { used: 2, limit: 2, reserved: 0 } } } };
  const { message, hint } = await told("apply-floatingip-quota", cloud);
  expect(message).toContain("2 of 2 floating IPs in use");
  expect(hint).toBeDefined();
});

test("a server in ERROR: Nova's fault, with quota and figures as Nova has them", async () => {
  await using cloud = await cloudOf();
  const fault = "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances";
  cloud.answers = { servers: { server: { fault: { message: fault } } } };
  const failure = await told("apply-quota-in-parallel", cloud);
  expect(failure.message).toContain("Quota exceeded for instances: Requested 1, but already used 1 of 1");
  expect(failure.hint).toContain("larger quota");
});

test("where the cloud does not answer, terraform's own words stay", async () => {
  const cloud = await cloudOf();
  const before = new TerraformFailure(
    "apply",
    problemsOf(await capturedOf("apply-unknown-flavor", "diagnostic")),
    "fallback",
  );
  const ended = AbortSignal.abort(new Error("no time"));
  const failure = await explain(before, cloud.cloud, ended);
  await cloud[Symbol.asyncDispose]();
  expect(failure.message).toBe(before.message);
});
