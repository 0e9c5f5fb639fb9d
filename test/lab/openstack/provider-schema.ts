import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Schema } from "../../../stacks/generator/cut-schema.ts";
import { providerSource, providerVersion } from "../../../stacks/generator/generate-bindings.ts";
import { runCommand } from "../run-command.ts";
import { tempDir } from "../temp-dir.ts";
import type { ProviderMirror } from "./provider.ts";

/** What the real provider says of itself. */
export async function providerSchema(mirror: ProviderMirror): Promise<Schema> {
  await using dir = await tempDir("provider-schema");
  const openstack = { source: providerSource, version: providerVersion };
  await writeFile(join(dir.path, "main.tf.json"), JSON.stringify({ terraform: { required_providers: { openstack } } }));
  const options = { cwd: dir.path, env: { TF_CLI_CONFIG_FILE: mirror.cliConfigFile, CHECKPOINT_DISABLE: "1" } };
  await runCommand("terraform", ["init", "-no-color"], options);
  return JSON.parse(await runCommand("terraform", ["providers", "schema", "-json"], options)) as Schema;
}
