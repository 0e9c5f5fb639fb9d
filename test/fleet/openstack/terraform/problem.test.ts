import { expect, test } from "vitest";
import { TerraformFailure } from "../../../../src/fleet/openstack/terraform/failure.ts";
import { problemsOf, withFault } from "../../../../src/fleet/openstack/terraform/problem.ts";
import { capturedOf } from "./captured.ts";

const problemsIn = async (name: string) => problemsOf(await capturedOf(name, "diagnostic"));

test.each([
  ["apply-quota-403", "quota", "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances"],
  ["apply-floatingip-quota", "floating-ips", "Quota exceeded for resources: ['floatingip']."],
  [
    "apply-floatingip-pool-empty",
    "floating-ips",
    "No more IP addresses available on network e56e2749-d812-4703-8793-3c388b31dbf6.",
  ],
  ["apply-unknown-flavor", "not-found", "Unable to find flavor with name nope.flavor"],
  ["apply-unknown-image", "not-found", "Unable to find image with name nope-image"],
  ["apply-wrong-password", "authentication", "The request you have made requires authentication."],
])("%s: the cloud's own reason", async (name, kind, text) => {
  const problems = await problemsIn(name);
  expect(problems.map(({ kind, text }) => ({ kind, text }))).toEqual([{ kind, text }]);
  const failure = new TerraformFailure("apply", problems, "unused");
  expect(failure.message).toBe(`terraform apply failed: ${text}`);
  expect(failure).toMatchObject({ exitCode: 5, hint: expect.any(String) as string });
});

test.each(["apply-no-valid-host", "apply-quota-in-parallel"])(
  "%s: terraform does not know why, but which server",
  async (name) => {
    const [problem, ...others] = await problemsIn(name);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      kind: "server-error",
      resourceId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(problem?.text).toBe(`server ${problem?.resourceId} went to ERROR`);
  },
);

test.each([
  ["No valid host was found. There are not enough hosts available.", "no-valid-host"],
  ["Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures", "no-valid-host"],
  ["Quota exceeded for instances: Requested 1, but already used 1 of 1 instances", "quota"],
  ["Something else", "other"],
])("Nova's fault %s takes the place of a server's ERROR", async (fault, kind) => {
  const [problem] = await problemsIn("apply-no-valid-host");
  if (problem === undefined) throw new Error("the capture has no problem");
  expect(withFault(problem, fault)).toEqual({ ...problem, kind, text: fault });
  const failure = new TerraformFailure("apply", [withFault(problem, fault)], "unused");
  expect(failure.message).toBe(`terraform apply failed: ${fault}`);
});

test.each([
  "VolumeLimitExceeded: Maximum number of volumes allowed (0) exceeded for quota 'volumes'.",
  "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 4G, quota is 1G and 0G has been consumed.",
])("Cinder's words %s are of a quota", (message) => {
  const summary = `Error creating openstack_blockstorage_volume_v3: Expected HTTP response code [202] when accessing [POST http://127.0.0.1:8776/v3/1/volumes], but got 413 instead: ${JSON.stringify({ overLimit: { code: 413, message, retryAfter: "0" } })}`;
  const address = 'openstack_blockstorage_volume_v3.volume-1["01"]';
  expect(problemsOf([{ severity: "error", summary, detail: "", address }])).toMatchObject([
    { kind: "quota", text: message },
  ]);
});

test("an interrupt: what was in flight says nothing of use", async () => {
  const problems = await problemsIn("apply-one-sigint");
  expect(problems).toHaveLength(9);
  expect(new Set(problems.map(({ kind }) => kind))).toEqual(new Set(["interrupted"]));
  expect(new TerraformFailure("apply", problems, "exit code 1").message).toBe("terraform apply failed: exit code 1");
});

test("a destroy that hangs on what the state does not know", async () => {
  const problems = await problemsIn("destroy-hangs-on-orphan-ports");
  expect(problems.map(({ kind }) => kind)).toEqual(["other", "other"]);
  expect(new TerraformFailure("destroy", problems, "").message).toMatch(
    /^terraform destroy failed: Error deleting openstack_networking_secgroup_v2: timeout .* \(and 1 more: /,
  );
});

test("a router that is in use, in Neutron's words", async () => {
  const [problem] = await problemsIn("destroy-router-in-use");
  expect(problem?.text).toMatch(/^Router \S+ has ports still attached: \S+$/);
});

test("a data source that finds nothing names what was looked for", () => {
  const address = "data.openstack_compute_flavor_v2.flavor";
  const summary = "Your query returned no results. Please change your search criteria and try again.";
  expect(problemsOf([{ severity: "error", summary, detail: "", address }])).toEqual([
    { kind: "not-found", text: "no such flavor: the cloud has none that fits", address, resourceId: null },
  ]);
});

test("warnings are no problems", () => {
  expect(problemsOf([{ severity: "warning", summary: "deprecated", detail: "", address: null }])).toEqual([]);
});
