import { isAbsolute, resolve } from "node:path";
import type { Origin } from "./layers.ts";
import type { Config } from "./schema.ts";

type Places = { origins: ReadonlyMap<string, Origin>; fileDir: string; cwd: string };

/**
 * Paths in a file are relative to the file, those of flags to the folder that lkload was started in. They come back as
 * they were written where that is the same; `~` is left to those who open them.
 */
export function anchorPaths(config: Config, { origins, fileDir, cwd }: Places): Config {
  if (fileDir === cwd) return config;
  const fromFile = (setting: string) => origins.get(setting)?.origin === "file";
  const anchor = (setting: string, path: string) =>
    !fromFile(setting) || isAbsolute(path) || path.startsWith("~") ? path : resolve(fileDir, path);
  const { livekit, ssh, playbooks, run, fleet, kubernetes, openstack } = config;
  const { cli } = livekit;
  return {
    ...config,
    livekit: { ...livekit, cli: cli.path === undefined ? cli : { ...cli, path: anchor("livekit.cli.path", cli.path) } },
    ssh: {
      ...ssh,
      knownHosts: anchor("ssh.knownHosts", ssh.knownHosts),
      configFile: anchor("ssh.configFile", ssh.configFile),
      ...(ssh.identityFile === undefined ? {} : { identityFile: anchor("ssh.identityFile", ssh.identityFile) }),
    },
    fleet: {
      ...fleet,
      hosts: fleet.hosts.map((host) =>
        typeof host === "string" || host.identityFile === undefined
          ? host
          : Object.assign(host, { identityFile: anchor("fleet.hosts", host.identityFile) }),
      ),
    },
    openstack: { ...openstack, terraform: anchorTerraform(openstack.terraform, anchor) },
    playbooks: {
      before: playbooks.before.map((path) => anchor("playbooks.before", path)),
      after: playbooks.after.map((path) => anchor("playbooks.after", path)),
    },
    kubernetes:
      kubernetes.kubeconfig === undefined
        ? kubernetes
        : { ...kubernetes, kubeconfig: anchor("kubernetes.kubeconfig", kubernetes.kubeconfig) },
    run: { ...run, dir: anchor("run.dir", run.dir) },
  };
}

/** A program's bare name is looked for on PATH; only one with a slash is a path. */
function anchorTerraform(
  terraform: Config["openstack"]["terraform"],
  anchor: (setting: string, path: string) => string,
): Config["openstack"]["terraform"] {
  const { bin, mirror } = terraform;
  return {
    ...terraform,
    pluginCache: anchor("openstack.terraform.pluginCache", terraform.pluginCache),
    ...(bin === undefined ? {} : { bin: bin.includes("/") ? anchor("openstack.terraform.bin", bin) : bin }),
    ...(mirror === undefined ? {} : { mirror: anchor("openstack.terraform.mirror", mirror) }),
  };
}
