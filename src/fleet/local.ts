/** The fleet of one: this machine. */
import { userInfo } from "node:os";
import type { Config } from "../config/schema.ts";
import { openLocal } from "../remote/local.ts";
import type { Fleet } from "./fleet.ts";
import type { FleetHost } from "./hosts-file.ts";

export function localFleet(ssh: Pick<Config["ssh"], "become">): Fleet {
  return {
    kind: "local",
    provision: async () => [localHost()],
    open: (host, signal) => openLocal(host.name, { become: ssh.become, signal }),
    release: async () => undefined,
  };
}

function localHost(): FleetHost {
  const none = { hostKey: null, identityFile: null, proxyJump: null };
  return { name: "local", kind: "local", address: "127.0.0.1", port: 0, user: userInfo().username, ...none };
}
