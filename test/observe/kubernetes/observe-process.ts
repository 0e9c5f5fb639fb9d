/**
 * Watches the cluster that its environment and its mounts tell of, as in a pod, until its standard input ends:
 * observe-process.ts LOG INTERVAL_MS
 */
import { once } from "node:events";
import { argv, stdin } from "node:process";
import { observeKubernetes } from "../../../src/observe/kubernetes/observe-kubernetes.ts";
import { defaultSelectors } from "../../../src/observe/kubernetes/snapshot.ts";

const [log = "", intervalMs = ""] = argv.slice(2);
const over = new AbortController();
void once(stdin.resume(), "end").then(() => over.abort());
await observeKubernetes({
  access: {},
  selectors: defaultSelectors,
  log,
  intervalMs: Number(intervalMs),
  now: () => Date.now(),
  signal: over.signal,
});
