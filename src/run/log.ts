import { pino, type Logger } from "pino";
import { withoutSecrets } from "../config/redact.ts";
import type { Secret } from "../config/secret.ts";

/**
 * The run's own log, one JSON line per event. Secrets are `***` by their type; their values and access tokens are
 * taken out of other people's messages too before anything reaches the disk.
 */
export function openRunLog(path: string, secrets: readonly Secret[]): Logger {
  const file = pino.destination({ dest: path, sync: true, mkdir: true, mode: 0o600 });
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, level: "debug" },
    {
      write(line: string) {
        file.write(withoutSecrets(line, secrets));
      },
    },
  );
}
