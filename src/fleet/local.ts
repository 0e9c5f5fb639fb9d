/** The fleet of one: this machine. */
import { userInfo } from "node:os";
import type { Config } from "../config/schema.ts";
import { openLocal } from "../remote/local.ts";
import { nothingMade, type ExistingFleet } from "./fleet.ts";
import type { FleetHost } from "./hosts-file.ts";

export function localFleet(ssh: Pick<Config["ssh"], "become">): ExistingFleet {
  return {
    kind: "local",
    disposable: false,
    hosts: async () => [localHost()],
    provision: async () => ({ hosts: [localHost()], failed: [], boots: [] }),
    open: (host, signal) => openLocal(host.name, { become: ssh.become, signal }),
    release: async () => nothingMade,
  };
}

function localHost(): FleetHost {
  const none = { hostKey: null, identityFile: null, proxyJump: null };
  return { name: "local", kind: "local", address: "127.0.0.1", port: 0, user: userInfo().username, ...none };
}
