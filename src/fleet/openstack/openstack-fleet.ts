/** The fleet that is made for a run, on OpenStack, and destroyed after it. */
import type { JumpHosts } from "../../remote/ssh-jump.ts";
import type { SshSettings } from "../../remote/ssh-target.ts";
import type { Fleet } from "../fleet.ts";
import type { OpenstackSettings } from "./openstack-settings.ts";
import { sshFiles } from "./places.ts";

export function openstackFleet(settings: OpenstackSettings): Fleet {
  const ssh = vmSsh(settings);
  let jumps: JumpHosts | undefined;
  const open: Fleet["open"] = async (host, signal) => {
    const [{ openSsh }, { JumpHosts }] = await Promise.all([
      import("../../remote/ssh.ts"),
      import("../../remote/ssh-jump.ts"),
    ]);
    jumps ??= new JumpHosts(ssh);
    return openSsh(host, { settings: ssh, signal, jumps });
  };
  return {
    kind: "openstack",
    disposable: true,
    provision: async (context) => {
      const { provisionVms } = await import("./provision-vms.ts");
      return provisionVms(settings, context, open);
    },
    open,
    release: async (context) => {
      const { releaseVms } = await import("./release-vms.ts");
      return releaseVms(settings, context);
    },
  };
}

/** The run's own key and its own list of host keys: nothing of the user's SSH has a say. */
function vmSsh({ ssh, session, openstack, runDir }: OpenstackSettings): SshSettings {
  const { identity, knownHosts } = sshFiles(runDir);
  const { passphrase: _passphrase, proxyJump: _proxyJump, ...rest } = ssh;
  return {
    ...rest,
    user: openstack.user,
    port: 22,
    identityFile: identity,
    agent: false,
    agentSocket: undefined,
    configFile: "/dev/null",
    knownHosts,
    home: session.home,
  };
}
