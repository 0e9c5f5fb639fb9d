/** A command that finds what a pod finds: its account's files, and where the API server is. Needs root. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execPath } from "node:process";
import { parse } from "yaml";
import type { Kubernetes } from "../../lab/kubernetes/kubernetes.ts";
import { namespace } from "../../lab/kubernetes/livekit-cluster.ts";

export type ClusterEntry = { server: string; "certificate-authority-data": string };

export async function clusterOf({ kubeconfig }: Pick<Kubernetes, "kubeconfig">): Promise<ClusterEntry> {
  const { clusters } = parse(await readFile(kubeconfig, "utf8")) as { clusters: { cluster: ClusterEntry }[] };
  const [first] = clusters;
  if (first === undefined) throw new Error(`${kubeconfig} has no cluster`);
  return first.cluster;
}

export class PodAccount {
  readonly #dir: string;
  readonly #server: URL;

  private constructor(dir: string, server: URL) {
    this.#dir = dir;
    this.#server = server;
  }

  /** @param dir is made */
  static async create(dir: string, cluster: ClusterEntry, token: string): Promise<PodAccount> {
    await mkdir(dir);
    await writeFile(join(dir, "ca.crt"), Buffer.from(cluster["certificate-authority-data"], "base64"));
    await writeFile(join(dir, "namespace"), namespace);
    const account = new PodAccount(dir, new URL(cluster.server));
    await account.replaceToken(token);
    return account;
  }

  /** At once, as the kubelet does it: nobody reads half a token. */
  async replaceToken(token: string): Promise<void> {
    await writeFile(join(this.#dir, "token.new"), token);
    await rename(join(this.#dir, "token.new"), join(this.#dir, "token"));
  }

  /** Runs a TypeScript file; standard input and output are pipes. The files are where pods have them, for it alone. */
  spawn(args: readonly string[], cwd: string): ChildProcess {
    const script = 'mount -t tmpfs tmpfs /run && mkdir -p "$2" && mount --bind "$1" "$2" && shift 2 && exec "$@"';
    const mounted = "/run/secrets/kubernetes.io/serviceaccount";
    return spawn("unshare", ["--mount", "sh", "-c", script, "sh", this.#dir, mounted, execPath, ...args], {
      cwd,
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        PATH: process.env["PATH"],
        HOME: cwd,
        KUBERNETES_SERVICE_HOST: this.#server.hostname,
        KUBERNETES_SERVICE_PORT: this.#server.port,
      },
    });
  }
}
