/** The fleet of machines that are there already, reached over SSH. */
import type { JumpHosts } from "../remote/ssh-jump.ts";
import type { SshHost } from "../remote/ssh-target.ts";
import { sshSettings, type FleetSettings } from "./fleet-settings.ts";
import { nothingMade, type ExistingFleet } from "./fleet.ts";
import type { FleetHost } from "./hosts-file.ts";

/** Borrowed machines: provisioning finds out how each is reached, and there is nothing to release. */
export function hostsFleet(inventory: readonly SshHost[], settings: FleetSettings): ExistingFleet {
  const ssh = sshSettings(settings);
  let jumps: JumpHosts | undefined;
  const hosts = async (): Promise<FleetHost[]> => {
    const { resolveTarget } = await import("../remote/ssh-target.ts");
    return inventory.map((host) => {
      const { port, user } = resolveTarget(host, ssh);
      const { hostKey, identityFile, proxyJump } = host;
      // The address as it was given: ~/.ssh/config has its say again at each connection.
      return {
        name: host.name,
        kind: "ssh",
        address: host.address,
        port,
        user,
        hostKey: hostKey ?? null,
        identityFile: identityFile ?? null,
        proxyJump: proxyJump ?? null,
      };
    });
  };
  return {
    kind: "hosts",
    disposable: false,
    hosts,
    provision: async () => ({ hosts: await hosts(), failed: [], boots: [] }),
    open: async (host, signal) => {
      // The SSH library is slow to load, and a run on this machine alone does without.
      const [{ openSsh }, { JumpHosts }] = await Promise.all([
        import("../remote/ssh.ts"),
        import("../remote/ssh-jump.ts"),
      ]);
      jumps ??= new JumpHosts(ssh);
      return openSsh(host, { settings: ssh, signal, jumps });
    },
    release: async () => nothingMade,
  };
}
