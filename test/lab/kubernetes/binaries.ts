/**
 * The programs of a real Kubernetes control plane, built once from the Go modules pinned in `tools/` (about ten minutes
 * on two free cores, 2.1 GB of memory). There is no archive to take them from: some of them are released as container
 * images only.
 */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { EnsureOptions } from "../binaries.ts";
import { cacheDir, cached, hashRecipe } from "../cache.ts";
import { findGo, goBuild } from "../go.ts";
import { stderrProgress } from "../progress.ts";
import { runCommand } from "../run-command.ts";

export const kubernetesVersion = "1.36.3";

const moduleDir = join(import.meta.dirname, "tools");

/** The linker sets what the programs call their version; without it the API server refuses to start. */
const ldflags = [
  "-s",
  "-w",
  ...["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((variables) =>
    [
      `gitVersion=v${kubernetesVersion}`,
      `gitMajor=${kubernetesVersion.split(".")[0]}`,
      `gitMinor=${kubernetesVersion.split(".")[1]}`,
      "gitTreeState=clean",
    ].map((assignment) => `-X ${variables}.${assignment}`),
  ),
].join(" ");

/** @returns the folder that holds all of them. */
export async function ensureKubernetes(options: EnsureOptions = {}): Promise<string> {
  const context = {
    progress: options.progress ?? stderrProgress(),
    signal: options.signal ?? new AbortController().signal,
  };
  const entry = {
    name: "kubernetes",
    version: kubernetesVersion,
    recipe: await hashRecipe({ texts: [ldflags], dirs: [moduleDir] }),
  };
  return cached(entry, { dir: options.cacheDir ?? cacheDir(), ...context }, async (dir) => {
    context.progress.say(`kubernetes ${kubernetesVersion}: not in the cache; building it from its Go modules, once`);
    const found = await findGo();
    // Two compilers at a time and no profile-guided optimisation: half the memory and time. GOGC: the compilers
    // collect less garbage.
    const flags = `${found.env["GOFLAGS"] ?? ""} -p=2 -pgo=off`;
    const go = { env: { ...found.env, GOFLAGS: flags, GOGC: "400" } };
    // All in one go, so that each package is compiled once.
    const build = { moduleDir, packagePath: "tool", output: `${dir}/`, ldflags };
    await goBuild(go, build, { name: "kubernetes", ...context });
    await rename(join(dir, "server"), join(dir, "etcd"));
    const said = await runCommand(join(dir, "kubectl"), ["version", "--client"], { signal: context.signal });
    if (!said.includes(kubernetesVersion)) {
      throw new Error(`kubectl: expected version ${kubernetesVersion}, but it says: ${said.trim()}`);
    }
    context.progress.say(`kubernetes ${kubernetesVersion}: ready`);
  });
}
