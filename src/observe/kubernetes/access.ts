/** What lkload may read in the cluster, asked before the run rather than found out during it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { AccessLine, AccessProblem } from "../../metrics/kubernetes/lines.ts";
import type { Scrape } from "../../metrics/raw.ts";
import { LkloadError } from "../../errors.ts";
import { ApiError, apiErrorText } from "./api-error.ts";
import type { ApiDeployment } from "./api-types.ts";
import { KubernetesClient } from "./client.ts";
import { KubernetesConnection, type KubernetesAccess } from "./connection.ts";
import { MetricsApi } from "./metrics-api.ts";
import { scrapeAllPods, type PodMetrics } from "./pod-metrics.ts";
import { componentsBy, type Selectors } from "./snapshot.ts";

export type CheckOptions = {
  access: KubernetesAccess;
  selectors: Selectors;
  /** The server pods' own metrics, where they are wanted: each is scraped once. */
  pods?: { metrics: PodMetrics; onScrapes: (scrapes: readonly Scrape[]) => void } | undefined;
  intervalMs: number;
  now: () => number;
  signal: AbortSignal;
};

type Right = {
  group: string;
  resource: string;
  subresource?: string;
  verb: string;
  /** `watched`: LiveKit's own; `default`: where events about nodes are told. */
  where: "cluster" | "watched" | "default";
};

const rights: readonly Right[] = [
  { group: "", resource: "nodes", verb: "list", where: "cluster" },
  { group: "metrics.k8s.io", resource: "nodes", verb: "list", where: "cluster" },
  { group: "", resource: "pods", verb: "list", where: "watched" },
  { group: "metrics.k8s.io", resource: "pods", verb: "list", where: "watched" },
  { group: "apps", resource: "deployments", verb: "list", where: "watched" },
  { group: "autoscaling", resource: "horizontalpodautoscalers", verb: "list", where: "watched" },
  { group: "", resource: "events", verb: "list", where: "watched" },
  { group: "", resource: "events", verb: "watch", where: "watched" },
  { group: "", resource: "events", verb: "list", where: "default" },
  { group: "", resource: "events", verb: "watch", where: "default" },
];
const podMetricsRight: Right = { group: "", resource: "pods", subresource: "proxy", verb: "get", where: "watched" };

const deadlineMs = 15_000;
/** An API server that has just started refuses valid clients for up to a second. */
const refusals = { attempts: 4, waitMs: 700 };

/** Never throws for a cluster that cannot be read: that is what it reports. */
export async function checkAccess(options: CheckOptions): Promise<AccessLine> {
  const { access, intervalMs, now } = options;
  const line: AccessLine = {
    schema: "lkload/kubernetes",
    version: 1,
    kind: "access",
    checkedAtMs: now(),
    context: access.context ?? null,
    server: null,
    namespace: access.namespace ?? "default",
    kubernetesVersion: null,
    metricsVersion: null,
    intervalMs,
    problems: [],
  };
  try {
    using connection = await KubernetesConnection.open(access);
    line.context = connection.contextName;
    line.server = connection.server.origin;
    line.namespace = connection.namespace;
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(deadlineMs)]);
    const client = new KubernetesClient(connection);
    line.kubernetesVersion = await serverVersion(client, signal);
    const wanted = options.pods !== undefined ? [...rights, podMetricsRight] : rights;
    line.problems.push(...(await missingRights(client, wanted, connection.namespace, signal)));
    const metrics = await checkMetrics(client, line.problems, signal);
    line.metricsVersion = metrics.version;
    line.problems.push(...metrics.problems);
    line.problems.push(...(await nothingSelected(client, connection.namespace, options.selectors, signal)));
    const mayAsk = !line.problems.some(
      ({ kind, text }) => kind === "right" && / (list pods|get pods\/proxy) /.test(text),
    );
    if (options.pods !== undefined && mayAsk)
      line.problems.push(...(await silentPods(client, connection, options, signal)));
  } catch (error) {
    options.signal.throwIfAborted();
    line.problems.push(fatal(error, line.server));
  }
  return line;
}

async function serverVersion(client: KubernetesClient, signal: AbortSignal): Promise<string | null> {
  const version = (await patiently(() => client.call("/version", { signal }), signal)) as { gitVersion?: string };
  return version.gitVersion ?? null;
}

/** Also used where the rights of the moment matter: a 403 alone does not prove that they are missing. */
async function missingRights(
  client: KubernetesClient,
  rights: readonly Right[],
  namespace: string,
  signal: AbortSignal,
): Promise<AccessProblem[]> {
  const wanted = namespace === "default" ? rights.filter(({ where }) => where !== "default") : rights;
  const missing = await Promise.all(
    wanted.map(async ({ group, resource, subresource = "", verb, where: place }) => {
      const within = place === "cluster" ? null : place === "default" ? "default" : namespace;
      const resourceAttributes = {
        group,
        resource,
        subresource,
        verb,
        ...(within === null ? {} : { namespace: within }),
      };
      const body = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes },
      };
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const answer = (await patiently(() => client.call(path, { method: "POST", body, signal }), signal)) as {
        status?: { allowed?: boolean };
      };
      if (answer.status?.allowed === true) return [];
      const whole = subresource === "" ? resource : `${resource}/${subresource}`;
      const what = `${verb} ${group === "" ? whole : `${whole}.${group}`}`;
      const where = within === null ? "in the cluster" : `in namespace ${within}`;
      const rule = `{apiGroups: ["${group}"], resources: [${whole}], verbs: [${verb}]}`;
      return [
        {
          kind: "right" as const,
          text: `not allowed to ${what} ${where}`,
          hint: `add ${rule} to a ${within === null ? "ClusterRole" : "Role"} that is bound to this user`,
        },
      ];
    }),
  );
  return missing.flat();
}

async function checkMetrics(
  client: KubernetesClient,
  found: readonly AccessProblem[],
  signal: AbortSignal,
): Promise<{ version: string | null; problems: AccessProblem[] }> {
  try {
    const version = await new MetricsApi(client).version(signal);
    // Whether it answers can only be seen by those who may ask.
    if (!found.some(({ text }) => text.includes("nodes.metrics.k8s.io"))) {
      await client.call(`/apis/metrics.k8s.io/${version}/nodes`, { query: { limit: "1" }, signal });
    }
    return { version, problems: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isMissing = error.status === 404;
    const problem: AccessProblem = {
      kind: "metrics",
      text: isMissing
        ? "the cluster has no metrics-server (no metrics.k8s.io)"
        : `metrics-server does not answer (${error.message})`,
      hint: isMissing
        ? "install metrics-server: without it HPAs cannot scale by CPU either"
        : "look at the pods and the APIService of metrics-server",
    };
    return { version: null, problems: [problem] };
  }
}

async function nothingSelected(
  client: KubernetesClient,
  namespace: string,
  selectors: Selectors,
  signal: AbortSignal,
): Promise<AccessProblem[]> {
  const componentOf = componentsBy(selectors);
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`;
  try {
    const { items } = await client.list(path, { signal }, (item) => {
      const { metadata, spec } = item as ApiDeployment;
      return componentOf(spec?.template?.metadata?.labels ?? {}) ?? componentOf(metadata?.labels ?? {}) ?? undefined;
    });
    if (items.includes("server")) return [];
  } catch (error) {
    // Not allowed: told already.
    if (error instanceof ApiError && error.status === 403) return [];
    throw error;
  }
  return [
    {
      kind: "selector",
      text: `no Deployment in namespace ${namespace} fits ${selectors.server}`,
      hint: "check kubernetes.namespace and kubernetes.selectors.server",
    },
  ];
}

async function silentPods(
  client: KubernetesClient,
  { namespace, server }: KubernetesConnection,
  { pods, selectors, now }: CheckOptions,
  signal: AbortSignal,
): Promise<AccessProblem[]> {
  if (pods === undefined) return [];
  const scrapes = await scrapeAllPods({
    client,
    server: server.origin,
    namespace,
    podMetrics: pods.metrics,
    selector: selectors.server,
    now,
    signal,
  });
  pods.onScrapes(scrapes);
  const silent = scrapes.filter(({ error }) => error !== null);
  const [first] = silent;
  if (first === undefined) return [];
  return [
    {
      kind: "pod-metrics",
      text: `${silent.length} of ${scrapes.length} server pods give no metrics (${first.pod?.name}: ${first.error})`,
      hint: "set livekit.prometheus_port of the chart, or kubernetes.podMetrics.enabled to false",
    },
  ];
}

/** Tries a refusal again: see {@link refusals}. */
async function patiently<Result>(ask: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 403 && attempt < refusals.attempts)) throw error;
      await sleep(refusals.waitMs, undefined, { signal });
    }
  }
}

function fatal(error: unknown, server: string | null): AccessProblem {
  if (error instanceof LkloadError) {
    return { kind: "context", text: error.message.replace(/^Kubernetes: /, ""), hint: error.hint ?? "" };
  }
  const status = error instanceof ApiError ? error.status : null;
  const text = apiErrorText(error);
  if (status === 401) {
    return {
      kind: "credentials",
      text: `the API server refused the credentials (${text})`,
      hint: "the token may have expired: log in to the cluster again",
    };
  }
  if (status === null) {
    return {
      kind: "unreachable",
      text: `the API server${server === null ? "" : ` at ${server}`} cannot be reached (${text})`,
      hint: "check the kubeconfig's server, VPNs and proxies",
    };
  }
  return { kind: "check", text: `the check failed (${text})`, hint: "look at the API server" };
}
