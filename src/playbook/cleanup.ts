/** Leaves a host as it was found: kernel settings put back, processes ended, files removed. */
import type { Remote } from "../remote/remote.ts";
import type { Facts } from "./facts.ts";
import { type HostScope, scopeVariables } from "./host-scope.ts";
import { applyPlaybook, PlaybookError } from "./playbook.ts";
import { ownPlaybook } from "./script.ts";

export type Cleaned = {
  /** Processes, files and kernel settings of this run that were still there. */
  made: number;
  /** Of those, how many are gone or as they were. */
  removed: number;
  /** What could not be removed, in words; empty when all is as it was. */
  left: string[];
  /** What else is worth knowing, such as settings that another run still needs. */
  note: string | null;
};

/**
 * Can be called again and again. A failure on the host is named in `left`.
 * @throws {RemoteError} when the host can't be reached: nothing is known then
 */
export async function cleanupHost(remote: Remote, scope: HostScope): Promise<Cleaned> {
  const restore = await attempt(remote, "restore-kernel.sh", scope);
  const cleanup = await attempt(remote, "cleanup.sh", scope);
  const noted = restore.facts.int("noted") ?? 0;
  const restored = restore.facts.int("restored") ?? 0;
  const gone = (cleanup.facts.int("stopped") ?? 0) + (cleanup.facts.int("removed") ?? 0);
  const notes = [restore, cleanup].flatMap(({ facts }) => facts.all("shared").concat(facts.warnings));
  return {
    made: noted + gone,
    removed: restored + gone,
    left: [restore.error, cleanup.error].filter((error) => error !== null),
    note: notes.length === 0 ? null : notes.join("; "),
  };
}

async function attempt(
  remote: Remote,
  name: string,
  scope: HostScope,
): Promise<{ facts: Facts; error: string | null }> {
  try {
    const facts = await applyPlaybook(remote, {
      name,
      script: await ownPlaybook(name),
      variables: scopeVariables(scope),
      signal: scope.signal,
      timeoutMs: 60_000,
    });
    return { facts, error: null };
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error;
    return { facts: error.facts, error: error.message };
  }
}
