/** The cluster that LiveKit runs in, where the configuration names one: checked before the run, watched during it. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { exitCodes, LkloadError } from "../errors.ts";
import type { AccessLine } from "../metrics/kubernetes/lines.ts";
import type { Scrape } from "../metrics/raw.ts";
import { checkAccess } from "../observe/kubernetes/access.ts";
import { kubernetesIntervalMs, observeKubernetes, scrapePodsOnce } from "../observe/kubernetes/observe-kubernetes.ts";
import { watchesKubernetes, watchesPods } from "../config/watches-kubernetes.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";

/**
 * What lkload may read there, as the first line of `observe/kubernetes.ndjson`. Null: no cluster is watched.
 * @throws {LkloadError} exit 5 when something is missing and the configuration requires it
 */
export async function checkKubernetes(context: RunContext): Promise<AccessLine | null> {
  const { config, folder, now, signal, emit } = context;
  if (!watchesKubernetes(config)) return null;
  const { selectors, required, ...access } = config.kubernetes;
  const pods = podsOf(context);
  const line = await checkAccess({ access, selectors, pods, intervalMs: kubernetesIntervalMs, now, signal });
  mkdirSync(dirname(folder.kubernetesLog), { recursive: true });
  appendFileSync(folder.kubernetesLog, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  const [first, ...others] = line.problems;
  if (first !== undefined && required) {
    const more = others.map(({ text }) => `; ${text}`).join("");
    throw new LkloadError(exitCodes.infrastructure, `Kubernetes cannot be watched: ${first.text}${more}`, {
      hint: `${first.hint}; or set kubernetes.required to false`,
    });
  }
  for (const { text, hint } of line.problems) {
    emit({ type: "warning", text: `Kubernetes: ${text} (${hint})`, host: null });
  }
  return line;
}

/** Until the signal is aborted. Never throws: a run goes on without it, and its report says so. */
export async function watchKubernetes(
  context: RunContext,
  signal: AbortSignal,
  onScrape: (scrape: Scrape) => void,
): Promise<void> {
  const { config, folder, now, log } = context;
  if (!watchesKubernetes(config)) return;
  const { selectors, required: _, ...access } = config.kubernetes;
  try {
    await observeKubernetes({
      access,
      selectors,
      log: folder.kubernetesLog,
      now,
      signal,
      pods: podsOf(context, onScrape),
      onSnapshot: (snapshot) => {
        const failed = Object.entries(snapshot).flatMap(([part, value]) =>
          typeof value === "object" && value.error !== null ? [`${part}: ${value.error.text}`] : [],
        );
        if (failed.length > 0) log.warn({ failed }, "cluster not read in full");
      },
    });
  } catch (error) {
    log.warn({ error: errorLine(error) }, "cluster not watched");
  }
}

/** One more scrape of the server pods, where they are scraped at all. Never throws. */
export async function lastPodScrape(context: RunContext): Promise<void> {
  const { config, now, log, forced } = context;
  const pods = podsOf(context);
  if (pods === undefined) return;
  const { selectors, required: _, ...access } = config.kubernetes;
  try {
    pods.onScrapes(await scrapePodsOnce({ access, selectors, metrics: pods.metrics, now, signal: forced }));
  } catch (error) {
    log.warn({ error: errorLine(error) }, "pods not scraped after the load");
  }
}

/** Where the servers are asked pod by pod: how, and that each scrape is kept beside those of URLs. */
function podsOf({ config, folder, log }: RunContext, onScrape: (scrape: Scrape) => void = () => undefined) {
  if (!watchesPods(config)) return undefined;
  return {
    metrics: config.kubernetes.podMetrics,
    onScrapes: (scrapes: readonly Scrape[]) => {
      mkdirSync(dirname(folder.metricsLog), { recursive: true });
      for (const scrape of scrapes) {
        appendFileSync(folder.metricsLog, `${JSON.stringify(scrape)}\n`, { mode: 0o600 });
        onScrape(scrape);
        if (scrape.error !== null) log.warn({ pod: scrape.pod?.name, error: scrape.error }, "metrics not read");
      }
    },
  };
}
