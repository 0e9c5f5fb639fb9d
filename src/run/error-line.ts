import { LkloadError } from "../errors.ts";
import { RemoteError } from "../remote/remote.ts";

/** An error as one line, with its hint where it has one. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof LkloadError || error instanceof RemoteError ? error.hint : undefined;
  return (hint === undefined ? error.message : `${error.message} (${hint})`).replaceAll(/\s*\n\s*/g, "; ");
}
