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
    volumes: [],
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

test("a volume in an error state: what Cinder told of it last", async () => {
  await using cloud = await cloudOf();
  const told = "schedule allocate volume:Could not find any available weighted backend.";
  cloud.answers = {
    messages: {
      messages: [
        { user_message: "create volume:an older one", created_at: "2026-11-28T13:39:01.000000" },
        { user_message: told, created_at: "2026-11-28T13:39:02.000000" },
      ],
    },
  };
  const summary =
    "Error waiting for openstack_blockstorage_volume_v3 7b0b4a4e-8e0c-4f5c-8f0b-0a4b8c2d1e9f to become ready: The volume is in error status. Please check with your cloud admin or check the Block Storage API logs to see why this error occurred.";
  const address = 'openstack_blockstorage_volume_v3.volume-1["01"]';
  const problems = problemsOf([{ severity: "error", summary, detail: "", address }]);
  const before = new TerraformFailure("apply", problems, "fallback");
  expect(before.message).toContain("volume 7b0b4a4e-8e0c-4f5c-8f0b-0a4b8c2d1e9f went to ERROR");
  expect((await explain(before, cloud.cloud, signal)).message).toContain(told);
  cloud.answers = { messages: { messages: [] } };
  expect((await explain(before, cloud.cloud, signal)).message).toBe(before.message);
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
