/** Which cluster, as whom: a kubeconfig or the pod's own service account, through the Kubernetes client. */
import { readFile } from "node:fs/promises";
import { Agent, type AgentOptions, type RequestOptions } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { exitCodes, LkloadError } from "../../errors.ts";
import { errorText } from "../target.ts";

export type KubernetesAccess = {
  /** Path of a kubeconfig file. Default: `$KUBECONFIG`, `~/.kube/config`, then the pod's service account. */
  kubeconfig?: string | undefined;
  /** Default: the file's current context. */
  context?: string | undefined;
  /** Default: the context's own, else `default`. */
  namespace?: string | undefined;
};

const tlsNames = ["ca", "cert", "key", "pfx", "passphrase", "rejectUnauthorized", "servername"] as const;

/** Lives until it is disposed of: it keeps connections open between polls. */
export class KubernetesConnection implements Disposable {
  readonly contextName: string;
  readonly server: URL;
  readonly namespace: string;
  readonly #load: () => Promise<KubeConfig>;
  #config: KubeConfig;
  #agent: { readonly made: Agent; readonly from: string } | undefined;

  private constructor(load: () => Promise<KubeConfig>, config: KubeConfig, access: KubernetesAccess) {
    this.#load = load;
    this.#config = config;
    this.contextName = config.getCurrentContext();
    this.server = new URL(config.getCurrentCluster()?.server ?? "");
    this.namespace = access.namespace ?? config.getContextObject(this.contextName)?.namespace ?? "default";
  }

  /** @throws {LkloadError} exit 5 when there is no such file, context, cluster or user */
  static async open(access: KubernetesAccess): Promise<KubernetesConnection> {
    const load = () => loadConfig(access);
    return new KubernetesConnection(load, await load(), access);
  }

  /**
   * Options for one request. Credentials that expire are renewed here: token files are read again, credential plugins
   * are asked again.
   */
  async request(path: string): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const proxied = this.#config.getCurrentCluster()?.proxyUrl !== undefined;
    const agent = proxied ? options.agent : this.#keepAlive(options);
    const base = this.server.pathname.replace(/\/$/, "");
    const host = this.server.hostname.replace(/^\[|\]$/g, "");
    return { ...options, agent, host, port: this.server.port || 443, path: `${base}${path}` };
  }

  /** After the server refused the credentials: whoever renews the kubeconfig has done so by now, or will. */
  async reload(): Promise<void> {
    this.#config = await this.#load();
  }

  /** The client's own agents connect anew for each request, and keep certificates that have been renewed. */
  #keepAlive(options: RequestOptions): Agent {
    // Buffers are told by their content.
    const from = JSON.stringify(tlsNames.map((name) => options[name] ?? null));
    if (this.#agent?.from === from) return this.#agent.made;
    this.#agent?.made.destroy();
    const tls: AgentOptions = {};
    for (const name of tlsNames) if (options[name] !== undefined) Object.assign(tls, { [name]: options[name] });
    const made = new Agent({ ...tls, keepAlive: true });
    this.#agent = { made, from };
    return made;
  }

  [Symbol.dispose](): void {
    this.#agent?.made.destroy();
  }
}

async function loadConfig(access: KubernetesAccess): Promise<KubeConfig> {
  // Heavy: only for runs that watch a cluster.
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  const fail = (message: string, hint: string, cause?: unknown) =>
    new LkloadError(exitCodes.infrastructure, `Kubernetes: ${message}`, { hint, cause });
  const where = access.kubeconfig ?? "the default kubeconfig";
  try {
    if (access.kubeconfig === undefined) {
      config.loadFromDefault();
    } else {
      const file = access.kubeconfig.replace(/^~(?=\/)/, homedir());
      config.loadFromString(await readFile(file, "utf8"));
      config.makePathsAbsolute(join(file, ".."));
    }
  } catch (error) {
    throw fail(`${where} cannot be read: ${errorText(error)}`, "check kubernetes.kubeconfig or KUBECONFIG", error);
  }
  const names = config.getContexts().map(({ name }) => name);
  if (access.context !== undefined) {
    if (!names.includes(access.context)) {
      const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
      throw fail(`${where} has no context ${access.context}`, `check kubernetes.context: ${known}`);
    }
    config.setCurrentContext(access.context);
  }
  const cluster = config.getCurrentCluster();
  const hint = "set kubernetes.kubeconfig and kubernetes.context, or run inside the cluster";
  if (cluster === null || config.getCurrentUser() === null) {
    throw fail(`${where} has no cluster and user for context ${config.getCurrentContext()}`, hint);
  }
  // What the client falls back to when it finds nothing.
  if (access.kubeconfig === undefined && cluster.server === "http://localhost:8080") {
    throw fail("no kubeconfig found, and this is no pod with a service account", hint);
  }
  if (!cluster.server.startsWith("https:"))
    throw fail(`${cluster.server} is not https`, "use the API server's own URL");
  return config;
}
