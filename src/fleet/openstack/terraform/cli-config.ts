/** Terraform's own configuration file, made by lkload, so that runs do not depend on the user's. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export type CliConfig = {
  /** Where providers are kept between runs. */
  pluginCacheDir: string;
  /**
   * For machines without a registry: `<dir>/registry.terraform.io/terraform-provider-openstack/openstack/…` (for tofu
   * `registry.opentofu.org`). Null: the registry.
   */
  mirrorDir: string | null;
};

export function cliConfigText({ pluginCacheDir, mirrorDir }: CliConfig): string {
  // A mirror is linked to, so there is nothing to cache.
  if (mirrorDir !== null)
    return `provider_installation {\n  filesystem_mirror {\n    path = ${quoted(mirrorDir)}\n  }\n}\n`;
  // Lock files are per run here and nobody compares them.
  return `plugin_cache_dir = ${quoted(pluginCacheDir)}\nplugin_cache_may_break_dependency_lock_file = true\n`;
}

export async function writeCliConfig(file: string, config: CliConfig): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  if (config.mirrorDir === null) await mkdir(config.pluginCacheDir, { recursive: true });
  await writeFile(file, cliConfigText(config), { mode: 0o600 });
}

/** An HCL string. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
}
