import { exitCodes, LkloadError } from "../errors.ts";
import { configuredSchema } from "../metrics/raw.ts";
import type { RunContext } from "./context.ts";
import { readJson } from "./store.ts";

/** The lk that the configure phase left on this host. */
export function configuredLk(context: Pick<RunContext, "folder">, host: string): { path: string; version: string } {
  const lk = readJson(context.folder.configured, configuredSchema).hosts.find((h) => h.name === host)?.lk;
  if (!lk)
    throw new LkloadError(exitCodes.infrastructure, `${host}: no lk was installed`, { hint: "see configured.json" });
  return lk;
}
