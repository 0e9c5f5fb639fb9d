import { LkloadError } from "../errors.ts";
import { RemoteError } from "../remote/remote.ts";

/**
 * An error as one line, with its hint where it has one.
 * @param host stands beside the line wherever it is shown, so the error need not name it again
 */
export function errorLine(error: unknown, host?: string): string {
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof LkloadError || error instanceof RemoteError ? error.hint : undefined;
  const message = host === undefined ? error.message : error.message.replace(`${host}: `, "");
  return (hint === undefined ? message : `${message} (${hint})`).replaceAll(/\s*\n\s*/g, "; ");
}
