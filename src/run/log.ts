import { pino, type Logger } from "pino";
import type { Secret } from "../config/secret.ts";

const token = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/**
 * The run's own log, one JSON line per event. Secrets are `***` by their type; their values and access tokens are
 * taken out of other people's messages too before anything reaches the disk.
 */
export function openRunLog(path: string, secrets: readonly Secret[]): Logger {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value.length >= 6);
  const file = pino.destination({ dest: path, sync: true, mkdir: true, mode: 0o600 });
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, level: "debug" },
    {
      write(line: string) {
        let clean = line.replaceAll(token, "[token]");
        for (const value of values) clean = clean.replaceAll(value, "***");
        file.write(clean);
      },
    },
  );
}
