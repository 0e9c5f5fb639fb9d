import type { Config } from "../config/schema.ts";
import type { SshSettings } from "../remote/ssh-target.ts";

/** What a fleet needs of the configuration and of the user's session. */
export type FleetSettings = {
  ssh: Config["ssh"];
  env: Readonly<Record<string, string | undefined>>;
  home: string;
};

export function sshSettings({ ssh, env, home }: FleetSettings): SshSettings {
  return { ...ssh, home, agentSocket: env["SSH_AUTH_SOCK"] || undefined };
}
