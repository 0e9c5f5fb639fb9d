import type { RunContext } from "./context.ts";
import type { PhaseName } from "./events.ts";

/** Runs one phase: journalled, shown, timed. `work` may return one line about what came of it. */
export async function inPhase<T>(
  context: Pick<RunContext, "journal" | "emit" | "log">,
  phase: PhaseName,
  work: () => Promise<T>,
  describe: (value: T) => string | null = () => null,
): Promise<T> {
  const started = performance.now();
  const end = (outcome: "done" | "failed", detail: string | null) => {
    const durationMs = Math.round(performance.now() - started);
    context.journal.write({ event: "phase-ended", phase, outcome, detail });
    context.log.info({ phase, outcome, durationMs, detail }, "phase ended");
    context.emit({ type: "phase-ended", phase, outcome, durationMs, detail });
  };
  context.journal.write({ event: "phase-started", phase });
  context.log.info({ phase }, "phase started");
  context.emit({ type: "phase-started", phase });
  try {
    const value = await work();
    end("done", describe(value));
    return value;
  } catch (error) {
    end("failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}
