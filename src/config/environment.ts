import type { Setting } from "./layers.ts";

const variables: readonly { name: string; path: readonly string[] }[] = [
  { name: "LIVEKIT_URL", path: ["livekit", "url"] },
  { name: "LIVEKIT_API_KEY", path: ["livekit", "apiKey"] },
  { name: "LIVEKIT_API_SECRET", path: ["livekit", "apiSecret"] },
  { name: "LKLOAD_SSH_PASSPHRASE", path: ["ssh", "passphrase"] },
];

/** What the environment sets. An empty variable is one that is not set. */
export function environmentSettings(env: Readonly<Record<string, string | undefined>>): Setting[] {
  return variables.flatMap(({ name, path }) => {
    const value = env[name];
    return value === undefined || value === "" ? [] : [{ path, value, origin: "environment" as const, detail: name }];
  });
}
