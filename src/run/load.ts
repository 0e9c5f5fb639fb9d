import { setTimeout as sleep } from "node:timers/promises";
import { watchesKubernetes, watchesPods } from "../config/watches-kubernetes.ts";
import type { FleetHost } from "../fleet/hosts-file.ts";
import type { Armed, LoadFile } from "../metrics/raw.ts";
import { RoomNodes } from "../observe/room-nodes.ts";
import { observeAnswers } from "../observe/answer-time.ts";
import { observe, scrapeAll, lastScrapeDelayMs } from "../observe/observe.ts";
import { heartbeat, stopHost } from "../playbook/generate.ts";
import { fanOut } from "../remote/fan-out.ts";
import { endGraceMs } from "./arm.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";
import { followStream } from "./follow.ts";
import { LiveJudge, type Breach } from "./live-judge.ts";
import { LiveView } from "./live-view.ts";
import { lastPodScrape, watchKubernetes } from "./watch-kubernetes.ts";
import { watchProbes } from "./watch-probes.ts";

const heartbeatIntervalMs = 15_000;
const showIntervalMs = 1000;
/** From the order to stop until the host's last lines are given up on. */
const stopDeadlineMs = 15_000;

export type LoadOutcome = {
  startedAtMs: number;
  endedAtMs: number;
  outcome: "finished" | "interrupted" | "failed" | "aborted";
  reason: string | null;
  /** The threshold that ended it. */
  abortedBy: LoadFile["abortedBy"];
};

/** Follows the armed hosts through their load while the target is observed, to the end or to an interrupt. */
export async function load(context: RunContext, hosts: readonly FleetHost[], armed: Armed): Promise<LoadOutcome> {
  const { plan, emit, now, signal, log } = context;
  const view = new LiveView(
    plan,
    armed,
    hosts.map((host) => host.name),
    now,
  );
  const judge = new LiveJudge(plan, armed);
  const over = new AbortController();
  const { promise: broken, resolve: onBreach } = Promise.withResolvers<Breach>();
  const deadlineMs = armed.startAtMs + plan.timing.totalMs + endGraceMs - now();
  const show = setInterval(() => {
    emit({ type: "load", live: view.snapshot() });
    try {
      const breach = judge.look(now());
      // The first one counts: promises settle once.
      if (breach !== null) onBreach(breach);
    } catch (error) {
      // Judging while it runs is a service: the analysis judges anyway.
      log.warn({ error: errorLine(error) }, "thresholds not judged live");
    }
  }, showIntervalMs);
  const observing = Promise.all([
    watchTarget(context, view, judge, over.signal),
    watchAnswers(context, over.signal),
    watchKubernetes(context, over.signal, (scrape) => judge.scrape(scrape)),
    watchProbes(context, armed, judge, over.signal),
  ]);
  const beating = beat(context, hosts, over.signal);

  try {
    const following = hosts.map((host) =>
      followStream(
        context,
        host,
        over.signal,
        (line) => {
          view.push(host.name, line);
          judge.hostLine(host.name, line);
        },
        (connected) => view.connection(host.name, connected),
      ),
    );
    const allDone = Promise.all(following);
    const ended = await firstOf(allDone, deadlineMs, signal, broken);
    const breach = ended === "aborted" ? await broken : null;
    if (breach !== null) emit({ type: "warning", text: `the load is ended: ${breach.text}`, host: null });
    if (ended === "interrupted" || ended === "aborted") {
      await stopAll(context, hosts);
      await firstOf(allDone, stopDeadlineMs, context.forced);
    }
    const endedAtMs = now();
    over.abort();
    const finished = await allDone;
    emit({ type: "load", live: view.snapshot() });
    const late = hosts.filter((_, index) => !finished[index]).map((host) => host.name);
    if (late.length > 0) log.warn({ hosts: late }, "no end of load seen");
    return {
      startedAtMs: armed.startAtMs,
      endedAtMs,
      outcome: ended === "interrupted" || ended === "aborted" ? ended : "finished",
      abortedBy: breach?.abortedBy ?? null,
      reason: breach !== null ? breach.text : late.length > 0 ? `no end of load seen from ${late.join(", ")}` : null,
    };
  } finally {
    over.abort();
    clearInterval(show);
    await Promise.all([observing, beating]);
  }
}

/** Ends the load on all hosts at once. A host that cannot be told ends it by its dead-man timer. */
export async function stopAll(context: RunContext, hosts: readonly FleetHost[]): Promise<void> {
  const { pool, plan, log, forced } = context;
  const results = await fanOut(hosts, { concurrency: hosts.length || 1, signal: forced }, async (host) =>
    stopHost(await pool.get(host, forced), { runId: plan.runId, host: host.name, signal: forced }),
  );
  for (const [index, result] of results.entries()) {
    if (result.status === "rejected")
      log.warn({ host: hosts[index]?.name, error: errorLine(result.reason) }, "could not be stopped");
  }
}

async function firstOf(
  work: Promise<unknown>,
  limitMs: number,
  signal: AbortSignal,
  broken?: Promise<Breach>,
): Promise<"done" | "late" | "interrupted" | "aborted"> {
  const timer = new AbortController();
  const interrupted = new Promise<"interrupted">((resolve) => {
    if (signal.aborted) resolve("interrupted");
    signal.addEventListener("abort", () => resolve("interrupted"), { once: true, signal: timer.signal });
  });
  const late = sleep(Math.max(0, limitMs), "late" as const, { signal: timer.signal }).catch(() => "late" as const);
  try {
    const aborted = broken === undefined ? [] : [broken.then(() => "aborted" as const)];
    return await Promise.race([work.then(() => "done" as const), late, interrupted, ...aborted]);
  } finally {
    timer.abort();
  }
}

/** Tells the hosts that somebody still wants their load. */
async function beat(context: RunContext, hosts: readonly FleetHost[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fanOut(hosts, { concurrency: 64, signal }, async (host) => {
      await heartbeat(await context.pool.get(host, signal), { runId: context.plan.runId, host: host.name, signal });
    });
    await sleep(heartbeatIntervalMs, undefined, { signal }).catch(() => undefined);
  }
}

async function watchAnswers({ config, folder, now }: RunContext, signal: AbortSignal): Promise<void> {
  const { url } = config.livekit;
  if (url !== undefined) await observeAnswers({ url, log: folder.answersLog, now, signal });
}

async function watchTarget(context: RunContext, view: LiveView, judge: LiveJudge, signal: AbortSignal): Promise<void> {
  const { config, plan, folder, target, now } = context;
  // Where there may be more than one server, it matters which of them has a room.
  const asksNodes = watchesKubernetes(config) || config.livekit.metrics.length > 1;
  const nodes = asksNodes ? new RoomNodes({ target, log: folder.roomNodesLog, now, signal }) : null;
  await observe({
    target,
    rooms: plan.rooms.map((room) => room.name),
    identityPrefixes: plan.segments.map((segment) => segment.identityPrefix),
    metricsUrls: config.livekit.metrics,
    roomsLog: folder.roomsLog,
    metricsLog: folder.metricsLog,
    now,
    signal,
    onRooms: (sample) => {
      view.rooms(sample);
      nodes?.seen(sample);
    },
    onScrape: (sample) => {
      judge.scrape(sample);
      if (sample.error !== null) context.log.warn({ url: sample.url, error: sample.error }, "metrics not read");
    },
  });
  await nodes?.done();
}

/** One more scrape when the server has swept up its statistics of the load; an interrupt does not wait for it. */
export async function lastScrape(context: RunContext, loadEndedAtMs: number): Promise<void> {
  const { config, folder, now, signal } = context;
  if ((config.livekit.metrics.length === 0 && !watchesPods(config)) || signal.aborted) return;
  const waitMs = Math.max(0, loadEndedAtMs + lastScrapeDelayMs - now());
  const text = `waiting ${Math.round(waitMs / 1000)} s for the server's last statistics`;
  context.emit({ type: "note", phase: "collect", text });
  await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  await Promise.all([
    lastPodScrape(context),
    scrapeAll({
      metricsUrls: config.livekit.metrics,
      metricsLog: folder.metricsLog,
      now,
      onScrape: () => undefined,
    }),
  ]);
}
