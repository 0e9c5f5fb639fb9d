/** Terraform and its provider, as a run would find them. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenstackConfig } from "../../config/schema.ts";
import { findTerraform, type TerraformBinary } from "../../fleet/openstack/terraform/binary.ts";
import { writeCliConfig } from "../../fleet/openstack/terraform/cli-config.ts";
import { Terraform } from "../../fleet/openstack/terraform/terraform.ts";
import type { FleetSettings } from "../../fleet/fleet-settings.ts";
import { expandPath } from "../../remote/ssh-user-config.ts";
import { after, ok, shared, type Check } from "../check.ts";

const group = "Terraform";
/** As the generated bindings require it: a test compares the two. */
export const providerRequirement = { source: "terraform-provider-openstack/openstack", version: "3.4.0" };
/** The provider is 30 MB where it comes from the registry. */
const initMs = 120_000;

export function terraformChecks(config: OpenstackConfig, { env, home }: FleetSettings): Check[] {
  const binary = shared((signal) => findTerraform({ bin: config.terraform.bin ?? null, env, signal }));
  return [
    {
      group,
      name: "terraform",
      run: async (signal) => {
        const { product, version, path } = await binary(signal);
        return ok(`${product} ${version}, ${path}`);
      },
    },
    {
      group,
      name: "provider",
      deadlineMs: initMs + 10_000,
      run: (signal) =>
        after(binary(signal), "there is no terraform to fetch it with", async (binary) => {
          await initialize(binary, config, { env, home, signal });
          const { mirror } = config.terraform;
          const { source, version } = providerRequirement;
          return ok(
            `${source} ${version}, ${mirror === undefined ? "from the registry or the cache" : `from ${mirror}`}`,
          );
        }),
    },
  ];
}

/**
 * `terraform init` of an empty stack: the one way to know. What it fetches stays in the plugin cache, for the run.
 * @throws LkloadError in the words of a run
 */
async function initialize(
  binary: TerraformBinary,
  { terraform }: OpenstackConfig,
  { env, home, signal }: { env: FleetSettings["env"]; home: string; signal: AbortSignal },
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "lkload-doctor-"));
  try {
    const cliConfigFile = join(dir, "terraform.rc");
    await writeCliConfig(cliConfigFile, {
      pluginCacheDir: expandPath(terraform.pluginCache, { home }),
      mirrorDir: terraform.mirror === undefined ? null : expandPath(terraform.mirror, { home }),
    });
    const stackDir = join(dir, "stack");
    await mkdir(stackDir);
    const stack = { terraform: { required_providers: { openstack: providerRequirement } } };
    await writeFile(join(stackDir, "main.tf.json"), JSON.stringify(stack));
    const driver = new Terraform({ binary, dir: stackDir, cliConfigFile, env, onEvent: () => undefined });
    await driver.init({ signal, timeoutMs: initMs });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
