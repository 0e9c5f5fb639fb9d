/** Real clients in the rooms under load, where the plan has them: checked before the run, at work during it. */
import { exitCodes, LkloadError } from "../errors.ts";
import type { Armed } from "../metrics/raw.ts";
import { checkProbeClient, probeClientRemedy } from "../observe/probes/check-client.ts";
import { observeProbes } from "../observe/probes/observe-probes.ts";
import type { RunContext } from "./context.ts";
import { errorLine } from "./error-line.ts";
import type { LiveJudge } from "./live-judge.ts";

/** @throws {LkloadError} exit 2 when the client cannot be loaded here */
export async function checkProbes({ plan, signal }: RunContext): Promise<void> {
  if (plan.probes === null) return;
  const problem = await checkProbeClient(signal);
  signal.throwIfAborted();
  if (problem === null) return;
  throw new LkloadError(exitCodes.usage, `probes cannot run on this machine: ${problem}`, {
    hint: probeClientRemedy,
  });
}

/** From the end of the planned ramp until the signal is aborted. Never throws: a run goes on without them. */
export async function watchProbes(
  context: RunContext,
  armed: Armed,
  judge: LiveJudge,
  signal: AbortSignal,
): Promise<void> {
  const { plan, folder, target, now, log } = context;
  const { probes, timing } = plan;
  if (probes === null) return;
  const { url, apiKey, apiSecret } = target.access;
  try {
    await observeProbes({
      orders: {
        url,
        apiKey,
        apiSecret: apiSecret.reveal(),
        rooms: probes.rooms,
        perRoom: probes.perRoom,
        identityPrefix: probes.identityPrefix,
        loadPrefixes: plan.segments.map(({ identityPrefix }) => identityPrefix),
        intervalMs: probes.intervalMs,
        fromMs: armed.startAtMs + timing.rampMs,
        untilMs: armed.startAtMs + timing.totalMs,
      },
      log: folder.probesLog,
      now,
      signal,
      onLine: (line) => {
        judge.probeLine(line);
        if (line.kind === "end" && line.outcome === "crashed") log.warn({ error: line.text }, "probes crashed");
      },
    });
  } catch (error) {
    log.warn({ error: errorLine(error) }, "probes not at work");
  }
}
