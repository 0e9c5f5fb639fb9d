/** terraform-provider-openstack from its pinned Go module, in a filesystem mirror: no registry is asked. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { providerSource, providerVersion } from "../../../stacks/generator/generate-bindings.ts";
import type { EnsureOptions } from "../binaries.ts";
import { cached, cacheDir, hashRecipe } from "../cache.ts";
import { findGo, goBuild } from "../go.ts";
import { stderrProgress } from "../progress.ts";

const recipe = join(import.meta.dirname, "provider");
const name = "terraform-provider-openstack";
/** Terraform and OpenTofu look below the name of their own default registry. */
const registries = ["registry.terraform.io", "registry.opentofu.org"];

export interface ProviderMirror {
  /** For `provider_installation { filesystem_mirror { path } }`. */
  path: string;
  /** A CLI configuration with that in it: for `TF_CLI_CONFIG_FILE`. */
  cliConfigFile: string;
}

/** Built once (1.5 CPU-minutes), then from the cache. */
export async function ensureProvider(options: EnsureOptions = {}): Promise<ProviderMirror> {
  const progress = options.progress ?? stderrProgress();
  const signal = options.signal ?? new AbortController().signal;
  const entry = { name, version: providerVersion, recipe: await hashRecipe({ texts: ["2"], dirs: [recipe] }) };
  const dir = await cached(entry, { dir: options.cacheDir ?? cacheDir(), progress, signal }, async (dir) => {
    progress.say(`${name} ${providerVersion}: building it from its Go module, once`);
    const go = await findGo();
    for (const registry of registries) {
      const output = join(dir, registry, providerSource, providerVersion, platform(), `${name}_v${providerVersion}`);
      await mkdir(join(output, ".."), { recursive: true });
      // The second one comes from Go's build cache.
      const packagePath = `github.com/${name}/${name}/v3`;
      await goBuild(go, { moduleDir: recipe, packagePath, output }, { name, progress, signal });
    }
    progress.say(`${name} ${providerVersion}: ready`);
  });
  const cliConfigFile = join(dir, "terraform.rc");
  await writeFile(cliConfigFile, `provider_installation { filesystem_mirror { path = ${JSON.stringify(dir)} } }\n`);
  return { path: dir, cliConfigFile };
}

/** As Go and terraform name it. */
function platform(): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  return `${process.platform}_${arch}`;
}
