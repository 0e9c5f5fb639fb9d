/** metrics.k8s.io: there or not, in which version. */
import { ApiError } from "./api-error.ts";
import type { KubernetesClient } from "./client.ts";

const known = ["v1", "v1beta1"] as const;

/** The base path, discovered once and again for as long as it is not there. */
export class MetricsApi {
  readonly #client: KubernetesClient;
  #version: string | undefined;

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /**
   * `v1` or `v1beta1`, whichever the cluster serves.
   * @throws {ApiError} 404 when it serves neither: no metrics-server is installed
   */
  async version(signal: AbortSignal): Promise<string> {
    if (this.#version !== undefined) return this.#version;
    const group = (await this.#client.call("/apis/metrics.k8s.io", { signal }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) throw noMetrics(error);
      throw error;
    })) as { versions?: { version?: string }[] };
    const served = new Set((group.versions ?? []).map(({ version }) => version));
    const version = known.find((candidate) => served.has(candidate));
    if (version === undefined) throw noMetrics();
    this.#version = version;
    return version;
  }

  async path(signal: AbortSignal): Promise<string> {
    return `/apis/metrics.k8s.io/${await this.version(signal)}`;
  }

  /** After a 404: it may have been replaced by another version. */
  forget(): void {
    this.#version = undefined;
  }
}

function noMetrics(cause?: unknown): ApiError {
  return new ApiError("HTTP 404: the cluster has no metrics.k8s.io", { status: 404, cause });
}
