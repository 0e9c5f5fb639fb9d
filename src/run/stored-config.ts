/** `config.json`: the resolved configuration as the run used it, with secrets masked. */
import { z } from "zod";
import type { Config } from "../config/schema.ts";
import { Secret } from "../config/secret.ts";
import { readJson, writeJson } from "./store.ts";

const storedSchema = z.strictObject({
  schema: z.literal("lkload/config"),
  version: z.literal(1),
  config: z.custom<Config>((value) => typeof value === "object" && value !== null),
});

export function writeConfig(path: string, config: Config): void {
  writeJson(path, { schema: "lkload/config", version: 1, config });
}

/** The configuration of an earlier run, with the secrets of today's environment: those are never stored. */
export function readConfig(path: string, env: Readonly<Record<string, string | undefined>>): Config {
  const { config } = readJson(path, storedSchema);
  const secret = (value: string | undefined) => (value === undefined || value === "" ? undefined : new Secret(value));
  const { apiSecret: _, ...livekit } = config.livekit;
  const { passphrase: __, ...ssh } = config.ssh;
  const apiSecret = secret(env["LIVEKIT_API_SECRET"]);
  const passphrase = secret(env["LKLOAD_SSH_PASSPHRASE"]);
  return {
    ...config,
    livekit: { ...livekit, ...(apiSecret ? { apiSecret } : {}) },
    ssh: { ...ssh, ...(passphrase ? { passphrase } : {}) },
  };
}
