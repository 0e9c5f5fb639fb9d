import { mkdir, writeFile } from "node:fs/promises";
import { keyComment } from "./marks.ts";
import type { OpenstackSettings } from "./openstack-settings.ts";
import { sshFiles } from "./places.ts";
import { makeKeyPair, type RunKeys } from "./run-key.ts";

/** New keys of a run, in its folder: for its owner alone. */
export async function makeRunKeys(
  { ssh, runId }: Pick<OpenstackSettings, "ssh" | "runId">,
  runDir: string,
): Promise<RunKeys> {
  const files = sshFiles(runDir);
  const run = makeKeyPair(keyComment({ runId }));
  const host = ssh.hostKeys === "user-data" ? makeKeyPair(`lkload-host=${runId}`) : null;
  await mkdir(files.dir, { recursive: true, mode: 0o700 });
  await writeFile(files.identity, run.privateKey, { mode: 0o600 });
  await writeFile(`${files.identity}.pub`, `${run.publicKey}\n`);
  await writeFile(files.knownHosts, "", { mode: 0o600 });
  return { run, host };
}
