/** One run, from a plan to a report, with nothing left behind: the phases in their order. */
import { exitCodes, LkloadError, type ExitCode } from "../errors.ts";
import type { FleetHost } from "../fleet/hosts-file.ts";
import type { TargetFile } from "../metrics/raw.ts";
import type { Result, Teardown } from "../metrics/result.ts";
import { RemoteError } from "../remote/remote.ts";
import { analyse } from "./analyse.ts";
import { arm } from "./arm.ts";
import { check } from "./check.ts";
import { measureClocks } from "./clocks.ts";
import { collect } from "./collect.ts";
import { configure } from "./configure.ts";
import type { RunContext } from "./context.ts";
import { destroy } from "./destroy.ts";
import { errorLine } from "./error-line.ts";
import { lastScrape, load, stopAll, type LoadOutcome } from "./load.ts";
import { inPhase } from "./phase.ts";
import { provision } from "./provision.ts";
import { writeReports } from "./report.ts";
import { writeJson } from "./store.ts";
import { verdictExitCodes } from "./verdict-exit.ts";

export type RunOutcome = {
  exitCode: ExitCode;
  /** Null when there is nothing to judge: the load never began, or its analysis failed. */
  result: Result | null;
  /** The hosts were armed: whatever they did is in the run folder. */
  loaded: boolean;
  /** Null when the run keeps what it made. */
  teardown: Teardown | null;
  /** What ended the run early. */
  failure: unknown;
};

export async function run(context: RunContext, options: { keep: boolean }): Promise<RunOutcome> {
  const { signal } = context;
  let failure: unknown = null;
  let hosts: FleetHost[] = [];
  let loaded: { hosts: FleetHost[]; outcome: LoadOutcome } | null = null;
  let result: Result | null = null;

  try {
    await inPhase(context, "check", () => check(context), describeTarget);
    const provisioned = await inPhase(
      context,
      "provision",
      () => provision(context),
      ({ hosts }) => hostCount(hosts),
    );
    hosts = provisioned.hosts;
    const ready = await inPhase(
      context,
      "configure",
      () => configure(context, provisioned),
      (ready) => `${hostCount(ready)} ready`,
    );
    const armed = await inPhase(context, "arm", () => arm(context, ready), describeStart);
    loaded = { hosts: armed.hosts, outcome: notStarted(armed.armed.startAtMs) };
    loaded.outcome = await inPhase(context, "load", () => load(context, armed.hosts, armed.armed));
    signal.throwIfAborted();
  } catch (error) {
    failure = error;
  }

  if (loaded) {
    result = await concludeLoad(context, loaded, failure).catch((error: unknown) => {
      failure ??= error;
      return null;
    });
  }
  const teardown = options.keep ? null : await tearDown(context, hosts, result);
  return {
    exitCode: exitCodeOf({ result, teardown, failure, interrupted: signal.aborted }),
    result,
    loaded: loaded !== null,
    teardown,
    failure,
  };
}

/** Collect, analyse, report: with a signal of its own, so that an interrupt loses nothing that was measured. */
async function concludeLoad(
  context: RunContext,
  loaded: { hosts: FleetHost[]; outcome: LoadOutcome },
  failure: unknown,
): Promise<Result> {
  const { folder, forced, signal } = context;
  if (failure !== null) await stopAll(context, loaded.hosts);
  const collected = await inPhase(
    context,
    "collect",
    async () => {
      const clocks = await measureClocks(context, loaded.hosts, forced);
      writeJson(folder.clocksAfter, { schema: "lkload/clocks-after", version: 1, hosts: clocks });
      const [hosts] = await Promise.all([
        collect(context, loaded.hosts, forced),
        lastScrape(context, loaded.outcome.endedAtMs),
      ]);
      return hosts;
    },
    (hosts) => `${hosts.filter((host) => host.collected).length} of ${hosts.length} hosts`,
  );
  const interrupted = signal.aborted;
  const failed = failure !== null && !interrupted;
  writeJson(folder.load, {
    schema: "lkload/load",
    version: 1,
    ...loaded.outcome,
    outcome: interrupted ? "interrupted" : failed ? "failed" : loaded.outcome.outcome,
    reason: failed ? errorLine(failure) : loaded.outcome.reason,
    hosts: collected,
  });
  const result = await inPhase(context, "analyse", () => analyse(folder));
  await inPhase(context, "report", () => writeReports(folder, result));
  context.emit({
    type: "verdict",
    status: result.verdict.status,
    headline: result.verdict.headline,
    resultFile: folder.result,
    reportFile: folder.reportHtml,
  });
  return result;
}

async function tearDown(context: RunContext, hosts: FleetHost[], result: Result | null): Promise<Teardown> {
  const teardown = await inPhase(
    context,
    "destroy",
    () => destroy({ ...context, runId: context.plan.runId }, hosts, context.forced),
    (proof) => (proof.complete ? "nothing left" : `${proof.leftovers.length} left`),
  );
  // The reports carry the proof of teardown, which is only known now.
  if (result) await writeReports(context.folder, result);
  return teardown;
}

function exitCodeOf(end: {
  result: Result | null;
  teardown: Teardown | null;
  failure: unknown;
  interrupted: boolean;
}): ExitCode {
  if (end.teardown && !end.teardown.complete) return exitCodes.teardownIncomplete;
  if (end.interrupted) return exitCodes.interrupted;
  if (end.failure instanceof LkloadError) return end.failure.exitCode;
  if (end.failure instanceof RemoteError) return exitCodes.infrastructure;
  if (end.failure !== null) return exitCodes.bug;
  return end.result ? verdictExitCodes[end.result.verdict.status] : exitCodes.bug;
}

function notStarted(startAtMs: number): LoadOutcome {
  return { startedAtMs: startAtMs, endedAtMs: startAtMs, outcome: "failed", reason: null, abortedBy: null };
}

const hostCount = (hosts: readonly unknown[]) => `${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`;

const describeTarget = (target: TargetFile) =>
  `LiveKit ${target.serverVersion ?? "of unknown version"} at ${target.url}`;

const describeStart = ({ armed }: { armed: { startAtMs: number } }) =>
  `start at ${new Date(armed.startAtMs).toISOString()}`;
