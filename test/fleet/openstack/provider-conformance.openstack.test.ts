/** The real provider, in the lab's cloud; the stand-in in stand-in.lab.test.ts. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TerraformEvent } from "../../../src/fleet/openstack/terraform/stream.ts";
import { makeTenantNetwork, projectContents, purgeProject } from "../../lab/openstack/project.ts";
import { tempDir } from "../../lab/temp-dir.ts";
import { labStack } from "./lab-stack.ts";
import { provesConformance } from "./provider-conformance.ts";

const signal = AbortSignal.timeout(1_200_000);

beforeEach(purgeProject, 900_000);
afterEach(purgeProject, 900_000);

test("the real provider does what the stand-in does", { timeout: 900_000 }, async () => {
  await makeTenantNetwork("tenant-net");
  const before = await projectContents();
  await using work = await tempDir("conformance");
  const events: TerraformEvent[] = [];
  const network = { mode: "existing", network: { name: "tenant-net" }, floatingIpPool: "public" } as const;
  const { terraform, spec } = await labStack(work.path, network, {
    signal,
    onEvent: (event) => events.push(event),
    changes: { bootVolume: { sizeGb: 3, type: null } },
  });
  await provesConformance({ terraform, spec, events }, signal);
  expect(await projectContents()).toEqual(before);
});
