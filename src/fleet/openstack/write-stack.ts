/** The files that terraform works from, for one of a run's clouds. No cloud is touched. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, LkloadError } from "../../errors.ts";
import { expandPath } from "../../remote/ssh-user-config.ts";
import type { RunMarks } from "./marks.ts";
import type { OpenstackSettings } from "./openstack-settings.ts";
import type { Place } from "./places.ts";
import type { RunKeys } from "./run-key.ts";
import { specOf } from "./spec.ts";
import { writeCliConfig } from "./terraform/cli-config.ts";

export type WriteStack = {
  settings: Pick<OpenstackSettings, "openstack" | "session">;
  place: Place;
  marks: RunMarks;
  keys: RunKeys;
  sshCidrs: readonly string[];
};

/**
 * The stack, terraform's own configuration, and the specification for those who go on with the CDKTF CLI.
 * @throws LkloadError exit 2 with all that is wrong with what was asked for
 */
export async function writeStack({ settings, place, marks, keys, sshCidrs }: WriteStack): Promise<void> {
  const { openstack, session } = settings;
  const spec = specOf({
    config: { openstack },
    plan: place.plan,
    marks,
    publicKey: keys.run.publicKey,
    hostKey: keys.host,
    sshCidrs,
  });
  const { synthesize } = await import("../../../stacks/load-generators.ts");
  await mkdir(place.outDir, { recursive: true, mode: 0o700 });
  try {
    synthesize(spec, place.outDir);
  } catch (error) {
    throw new LkloadError(exitCodes.usage, (error as Error).message, { cause: error });
  }
  // With `ssh.hostKeys: user-data` private keys stand in these two.
  await chmod(join(place.dir, "cdk.tf.json"), 0o600);
  await writeFile(join(place.outDir, "spec.json"), `${JSON.stringify(spec, null, 2)}\n`, { mode: 0o600 });
  const { mirror, pluginCache } = openstack.terraform;
  const { home } = session;
  await writeCliConfig(place.cliConfigFile, {
    pluginCacheDir: expandPath(pluginCache, { home }),
    mirrorDir: mirror === undefined ? null : expandPath(mirror, { home }),
  });
}
