/**
 * A real Kubernetes control plane for a test: etcd, API server, controller manager, scheduler and metrics-server as
 * plain processes on loopback, nodes and their pods played by kwok. Gone when the block ends.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freeTcpPorts } from "../free-port.ts";
import { runCommand } from "../run-command.ts";
import { tempDir } from "../temp-dir.ts";
import { Api, until } from "./api.ts";
import { ensureKubernetes } from "./binaries.ts";
import { makeCertificates } from "./certificates.ts";
import { commandsOf, type PartName } from "./commands.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { Part } from "./part.ts";
import { startPodProxy } from "./pod-proxy.ts";

export interface Kubernetes extends AsyncDisposable {
  /** Of the administrator. */
  readonly kubeconfig: string;
  readonly api: Api;
  /** @returns standard output */
  kubectl(...args: string[]): Promise<string>;
  /** A manifest in YAML. */
  apply(manifest: string): Promise<void>;
  /** A kubeconfig with a token of a service account. */
  kubeconfigFor(namespace: string, account: string, expirationSeconds?: number): Promise<string>;
  stop(part: PartName): Promise<void>;
  /** Does not wait until it answers. */
  start(part: PartName): Promise<void>;
}

export type KubernetesOptions = {
  /** Only etcd and the API server: objects are what they are written to be. Default false. */
  isStill?: boolean;
  signal?: AbortSignal;
};

const manifests = join(import.meta.dirname, "manifests");
/** A busy machine takes its time. */
const readySeconds = 180;

/** @throws Error with the ends of the logs when it does not come up */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<Kubernetes> {
  const signal = options.signal ?? new AbortController().signal;
  const binaries = await ensureKubernetes({ signal });
  await using resources = new AsyncDisposableStack();
  const { path: dir } = resources.use(await tempDir("kubernetes"));
  await mkdir(join(dir, "pki"));
  await makeCertificates(join(dir, "pki"), signal);
  const [etcd = 0, peer = 0, api = 0, kwok = 0, metrics = 0] = await freeTcpPorts("127.0.0.1", 5);
  const ports = { etcd, peer, api, kwok, metrics };
  const kubeconfig = join(dir, "admin.kubeconfig");
  const base64 = async (name: string) => (await readFile(join(dir, "pki", name))).toString("base64");
  const cluster = { server: `https://127.0.0.1:${api}`, "certificate-authority-data": await base64("ca.crt") };
  const admin = {
    "client-certificate-data": await base64("admin.crt"),
    "client-key-data": await base64("admin.key"),
  };
  await writeKubeconfig(kubeconfig, { cluster, user: admin });

  const proxySocket = join(dir, "pod-proxy.sock");
  resources.use(await startPodProxy(proxySocket));
  await writeFile(join(dir, "egress.yaml"), egressSelection(proxySocket));
  const kwokConfig = join(manifests, "kwok.yaml");
  const commands = commandsOf({ binaries, dir, kubeconfig, kwokConfig, ports });
  const parts = new Map(
    Object.entries(commands).map(([name, command]) => [name as PartName, new Part(command, join(dir, `${name}.log`))]),
  );
  // Ended in the reverse order.
  for (const part of parts.values()) resources.use(part);
  const client = resources.use(await Api.open(join(dir, "pki"), api));
  const start = async (name: PartName) => parts.get(name)?.start();
  const answers = (path: string) =>
    until(
      `${path} answers`,
      async () => {
        for (const [name, part] of parts) if (isStarted.has(name) && !part.isRunning) throw new Error(`${name} ended`);
        return (await client.call("GET", path)).status === 200;
      },
      { seconds: readySeconds, signal },
    );
  const isStarted = new Set<PartName>();
  const kubectl = (...args: string[]) => {
    // Its cache would end up in the home folder.
    const env = { KUBECONFIG: kubeconfig, KUBECACHEDIR: join(dir, "kubectl-cache") };
    return runCommand(join(binaries, "kubectl"), args, { env, signal });
  };

  try {
    for (const name of ["etcd", "kube-apiserver"] as const) {
      await start(name);
      isStarted.add(name);
    }
    await answers("/readyz");
    if (options.isStill === true) {
      await answers("/api/v1/namespaces/default");
    } else {
      await kubectl("apply", "-f", join(manifests, "kwok-usage.yaml"));
      for (const name of ["kube-controller-manager", "kube-scheduler"] as const) {
        await start(name);
        isStarted.add(name);
      }
      await answers("/apis/kwok.x-k8s.io/v1alpha1/clusterresourceusages");
      await start("kwok");
      const metricsManifest = await readFile(join(manifests, "metrics-server.yaml"), "utf8");
      const metricsFile = join(dir, "metrics-server.yaml");
      await writeFile(metricsFile, metricsManifest.replace("METRICS_PORT", String(metrics)));
      await answers("/api/v1/namespaces/default");
      await answers("/api/v1/namespaces/kube-system");
      await kubectl("apply", "-f", metricsFile);
      await start("metrics-server");
    }
  } catch (error) {
    const tails = await Promise.all([...parts].map(async ([name, part]) => `${name}:\n${await part.tail()}`));
    throw new Error(`the control plane did not start: ${String(error)}\n${tails.join("\n")}`, { cause: error });
  }

  const owned = resources.move();
  let manifestNumber = 0;
  return {
    kubeconfig,
    api: client,
    kubectl,
    apply: async (manifest) => {
      const file = join(dir, `applied-${++manifestNumber}.yaml`);
      await writeFile(file, manifest);
      await kubectl("apply", "-f", file);
    },
    kubeconfigFor: async (namespace, account, expirationSeconds = 3600) => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
      const answer = await client.post<{ status: { token: string } }>(path, { spec: { expirationSeconds } });
      const file = join(dir, `${namespace}-${account}-${++manifestNumber}.kubeconfig`);
      await writeKubeconfig(file, { cluster, user: { token: answer.status.token }, namespace });
      return file;
    },
    stop: async (name) => parts.get(name)?.stop(),
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function egressSelection(socket: string): string {
  return `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection: {proxyProtocol: HTTPConnect, transport: {uds: {udsName: ${socket}}}}
`;
}
