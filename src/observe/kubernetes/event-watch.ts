/** Kubernetes' events of one namespace, as they happen: they expire after an hour and are gone after the run. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventLine, WatchLine } from "../../metrics/kubernetes/lines.ts";
import { ApiError, apiErrorText } from "./api-error.ts";
import type { ApiEvent } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { trimEvent } from "./trim-event.ts";

export type EventWatchOptions = {
  client: KubernetesClient;
  namespace: string;
  /** Older events are left out. Epoch ms by the controller's clock. */
  sinceMs: number;
  /** Names of kinds, such as `Node`; undefined: all that lkload knows. */
  kinds?: readonly string[];
  now: () => number;
  signal: AbortSignal;
  onLine: (line: EventLine | WatchLine) => void;
};

type WatchMessage = { type?: string; object?: ApiEvent & { code?: number; message?: string } };

/** The clocks of cluster and controller may differ. */
const clockToleranceMs = 60_000;
const listTimeoutMs = 8000;
/** The server ends a watch after so long: a connection that has silently died is noticed. */
const watchSeconds = 240;
const retryMs = { first: 1000, most: 10_000 };

/** Lists, then watches, and again after each loss, until the signal is aborted. Never throws: losses are lines. */
export async function watchEvents(options: EventWatchOptions): Promise<void> {
  const { client, namespace, now, signal, onLine } = options;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const seen = new Map<string, number>();
  let state: WatchLine["state"] | undefined;
  let lastError: string | null = null;
  const tell = (next: WatchLine["state"], error: string | null) => {
    if (state === next && lastError === error) return;
    state = next;
    lastError = error;
    onLine({ schema: "lkload/kubernetes", version: 1, kind: "watch", namespace, atMs: now(), state, error });
  };
  const push = (event: ApiEvent) => {
    const line = trimEvent(event, now());
    if (line === undefined || (options.kinds && !options.kinds.includes(line.object.kind))) return;
    if ((line.lastAtMs ?? line.seenAtMs) < options.sinceMs - clockToleranceMs) return;
    // A list after a loss brings back those that are known.
    if (seen.get(line.uid) === line.count) return;
    seen.set(line.uid, line.count);
    onLine(line);
  };

  let waitMs = retryMs.first;
  let version: string | undefined;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const listed = await client.list(
          path,
          { signal: AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)]) },
          (event) => event as ApiEvent,
        );
        version = listed.resourceVersion;
        listed.items.forEach(push);
      }
      tell("listening", null);
      const query = {
        resourceVersion: version,
        allowWatchBookmarks: "true",
        timeoutSeconds: String(watchSeconds),
      };
      const deadline = AbortSignal.any([signal, AbortSignal.timeout((watchSeconds + 30) * 1000)]);
      for await (const message of client.watch(path, { query, signal: deadline })) {
        const { type, object } = message as WatchMessage;
        if (type === "ERROR") {
          throw new ApiError(object?.message ?? "the watch failed", { status: object?.code ?? null });
        }
        version = object?.metadata?.resourceVersion ?? version;
        if (type === "ADDED" || type === "MODIFIED") push(object ?? {});
        waitMs = retryMs.first;
      }
      // It has run its time: on from where it was.
    } catch (error) {
      if (signal.aborted) return;
      // From where it was cannot be told for sure, or no longer: list anew.
      version = undefined;
      if (error instanceof ApiError && error.status === 410) continue;
      tell("lost", apiErrorText(error));
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, retryMs.most);
    }
  }
}
