/** Each network mode's stack, judged by the real terraform and the real provider. No cloud is asked. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeCliConfig } from "../../src/fleet/openstack/terraform/cli-config.ts";
import { terraformEnvironment } from "../../src/fleet/openstack/terraform/environment.ts";
import { synthesize } from "../../stacks/load-generators.ts";
import type { LoadGeneratorsSpec } from "../../stacks/load-generators-spec.ts";
import { ensureProvider } from "../lab/openstack/provider.ts";
import { runCommand } from "../lab/run-command.ts";
import { tempDir } from "../lab/temp-dir.ts";
import { networks, sampleSpec } from "./sample-spec.ts";

const specs: [string, Partial<LoadGeneratorsSpec>][] = [
  ...Object.entries(networks).map(([mode, network]): [string, Partial<LoadGeneratorsSpec>] => [mode, { network }]),
  [
    "volume, ids, no zones",
    {
      bootVolume: { sizeGb: 20, type: "fast" },
      image: { id: "0f2f1c86-9d3d-4b53-8f0f-1b8b3e6b6a3e" },
      flavor: { vcpus: 4, ramMb: 8192 },
      availabilityZones: [],
      spreadOverHypervisors: false,
      userData: "#!/bin/sh\necho ${HOME} %{x}\n",
    },
  ],
];

test.each(specs)("terraform finds the stack valid: %s", async (_, changes) => {
  await using dir = await tempDir("validate");
  const cwd = synthesize(sampleSpec(changes), dir.path);
  const cliConfigFile = join(dir.path, "terraform.rc");
  await writeCliConfig(cliConfigFile, { pluginCacheDir: "", mirrorDir: (await ensureProvider()).path });
  const options = { cwd, env: terraformEnvironment(process.env, cliConfigFile) };
  await runCommand("terraform", ["init", "-no-color"], options);
  const said = JSON.parse(await runCommand("terraform", ["validate", "-json"], options)) as object;
  expect(said).toMatchObject({ valid: true, error_count: 0, warning_count: 0 });
});
