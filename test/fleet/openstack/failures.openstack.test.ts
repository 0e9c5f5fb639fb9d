/** Failures that a real cloud gives: its own words, exit code 5, and nothing left. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { explain } from "../../../src/fleet/openstack/explain.ts";
import { runSelection } from "../../../src/fleet/openstack/inventory.ts";
import { sweep } from "../../../src/fleet/openstack/sweep.ts";
import { TerraformFailure } from "../../../src/fleet/openstack/terraform/failure.ts";
import type { LoadGeneratorsSpec } from "../../../stacks/load-generators-spec.ts";
import { projectContents, purgeProject, withQuota } from "../../lab/openstack/project.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { connectCloud, labStack } from "./lab-stack.ts";

const signal = AbortSignal.timeout(1_200_000);
const call = { signal, timeoutMs: 600_000, parallelism: 10 };
const external = { mode: "external", network: { name: "public" } } as const;
const limit = { timeout: 1_200_000 };

beforeEach(purgeProject, 900_000);
afterEach(purgeProject, 900_000);

/** @returns how the apply failed, explained, after everything was removed again. */
async function failureOf(changes: Partial<LoadGeneratorsSpec>): Promise<TerraformFailure> {
  await using work = await tempDir("failure");
  const stack = await labStack(work.path, changes.network ?? external, { signal, vms: 1, changes });
  const before = await projectContents();
  const failure: unknown = await stack.terraform.apply(call).catch((error: unknown) => error);
  if (!(failure instanceof TerraformFailure)) throw new Error("the apply did not fail as expected", { cause: failure });
  const cloud = await connectCloud(signal);
  const explained = await explain(failure, cloud, signal);
  const { left } = await sweep(cloud, runSelection(stack.marks), { signal, timeoutMs: 300_000 });
  expect(left).toEqual([]);
  expect(await projectContents()).toEqual(before);
  return explained;
}

test("a flavor that is not there", limit, async () => {
  const failure = await failureOf({ flavor: { name: "c1.large" } });
  expect(failure).toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(
      /no such flavor: the cloud has none that fits; there are lab\.(small|medium|large), /,
    ) as string,
  });
});

test("an availability zone that is not there: Nova's words", limit, async () => {
  const failure = await failureOf({ availabilityZones: ["moon"] });
  expect(failure.message).toContain("The requested availability zone is not available");
});

test("more volumes than the quota has: Cinder's words", limit, async () => {
  await using _ = await withQuota("volumes=0");
  const failure = await failureOf({ bootVolume: { sizeGb: 3, type: null } });
  expect(failure.message).toContain("Maximum number of volumes allowed (0) exceeded for quota 'volumes'");
  expect(failure.hint).toContain("larger quota");
});

test(
  "a volume that no storage has room for: it goes to an error state, and Cinder's message says why",
  limit,
  async () => {
    const failure = await failureOf({ bootVolume: { sizeGb: 3, type: "lab.nowhere" } });
    expect(failure.message).toMatch(/schedule allocate volume: ?Could not find any available weighted backend/);
  },
);
