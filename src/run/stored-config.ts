/** `config.json`: the resolved configuration as the run used it, with secrets masked. */
import { z } from "zod";
import type { Config } from "../config/schema.ts";
import type { Secret } from "../config/secret.ts";
import { readJson, writeJson } from "./store.ts";

const storedSchema = z.strictObject({
  schema: z.literal("lkload/config"),
  version: z.literal(1),
  config: z.custom<Config>((value) => typeof value === "object" && value !== null),
});

export function writeConfig(path: string, config: Config): void {
  writeJson(path, { schema: "lkload/config", version: 1, config });
}

/** What is never stored, and has to be given again. */
export type Secrets = { apiSecret: Secret | undefined; passphrase: Secret | undefined };

/** The configuration of an earlier run, with the secrets of today. */
export function readConfig(path: string, { apiSecret, passphrase }: Secrets): Config {
  const { config } = readJson(path, storedSchema);
  const { apiSecret: _, ...livekit } = config.livekit;
  const { passphrase: __, ...ssh } = config.ssh;
  return {
    ...config,
    livekit: { ...livekit, ...(apiSecret ? { apiSecret } : {}) },
    ssh: { ...ssh, ...(passphrase ? { passphrase } : {}) },
  };
}
