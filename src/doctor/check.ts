/** One thing that a run needs, looked at before it is needed. Checks change nothing that lasts. */
import { LkloadError } from "../errors.ts";
import { abortable } from "../remote/abortable.ts";
import { RemoteError } from "../remote/remote.ts";

export type CheckOutcome =
  /** `seen`: what was found, in one line. */
  | { status: "ok"; seen: string }
  | { status: "problem"; seen: string; remedy: string }
  /** `seen`: why it was not looked at. */
  | { status: "not applicable"; seen: string };

export type Check = {
  /** Heading that it stands under. */
  group: string;
  name: string;
  /** After which it counts as a problem. Default 20 s. */
  deadlineMs?: number;
  run: (signal: AbortSignal) => Promise<CheckOutcome>;
};

export type CheckResult = { group: string; name: string; tookMs: number } & CheckOutcome;

const defaultDeadlineMs = 20_000;

export const ok = (seen: string): CheckOutcome => ({ status: "ok", seen });
export const problem = (seen: string, remedy: string): CheckOutcome => ({ status: "problem", seen, remedy });
export const notApplicable = (seen: string): CheckOutcome => ({ status: "not applicable", seen });

/**
 * All at once, each with its own deadline; results in the order of the checks.
 * @throws the signal's reason, and what a check throws that is neither an {@link LkloadError} nor a {@link RemoteError}
 */
export async function runChecks(checks: readonly Check[], signal: AbortSignal): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async ({ group, name, deadlineMs = defaultDeadlineMs, run }) => {
      const started = performance.now();
      const outcome = await withDeadline(run, deadlineMs, signal);
      return { group, name, tookMs: Math.round(performance.now() - started), ...outcome };
    }),
  );
}

async function withDeadline(run: Check["run"], deadlineMs: number, signal: AbortSignal): Promise<CheckOutcome> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const either = AbortSignal.any([signal, deadline]);
  try {
    signal.throwIfAborted();
    return await abortable(run(either), either);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      return problem(`no answer within ${deadlineMs / 1000} s`, "check the network and what is at the other end");
    }
    return problemOf(error);
  }
}

/** The words in which a run would tell the same failure. @throws what is no known failure */
export function problemOf(error: unknown): CheckOutcome {
  if (error instanceof LkloadError || error instanceof RemoteError) {
    return problem(error.message, error.hint ?? "see the message");
  }
  throw error;
}

/**
 * Work that several checks look at: begun by the first, done once. Its failure is told by the check that it belongs to,
 * and by nobody else.
 */
export function shared<T>(work: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let pending: Promise<T> | undefined;
  return (signal) => {
    pending ??= work(signal);
    const mine = abortable(pending, signal);
    // Not every check that asks looks at the answer.
    mine.catch(() => undefined);
    return mine;
  };
}

/** `use` what another check is answerable for; where that failed, `otherwise` is all there is to say here. */
export async function after<T>(
  work: Promise<T>,
  otherwise: string,
  use: (value: T) => CheckOutcome | Promise<CheckOutcome>,
): Promise<CheckOutcome> {
  let value: T;
  try {
    value = await work;
  } catch (error) {
    if (error instanceof LkloadError || error instanceof RemoteError) return notApplicable(otherwise);
    throw error;
  }
  return use(value);
}
