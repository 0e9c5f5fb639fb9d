/** A host's clock against the controller's, by the round trips of one open channel (Cristian's algorithm). */
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../metrics/raw.ts";
import { bashCommand } from "./bash.ts";
import { RemoteError, type Remote } from "./remote.ts";

/** Answers each line with the time. `EPOCHREALTIME` needs bash 5; date(1) costs a process, so a wider bound. */
const ANSWER = `while IFS= read -r _; do
  if [ -n "$EPOCHREALTIME" ]; then printf '%s\\n' "$EPOCHREALTIME"; else date +%s.%N; fi
done`;

const TIMEOUT_MS = 30_000;
/** Between two round trips, on average: several times as long as one takes on a near network. */
const PAUSE_MS = 5;

export type MeasureClockOptions = {
  /** Round trips; the fastest counts. Default 30. */
  rounds?: number;
  signal: AbortSignal;
  /** The controller's clock, epoch ms with fractions. */
  now?: () => number;
};

/**
 * The fastest round trip counts: the host read its clock somewhere within it, so half of it bounds the error whatever
 * the delays each way were. Work of this process between sending and receiving only widens the bound: measure few
 * hosts at a time.
 * @throws {RemoteError} as {@link Remote.exec}; `command` when the host does not tell its time
 */
export async function measureClock(
  remote: Pick<Remote, "host" | "open">,
  options: MeasureClockOptions,
): Promise<Clock> {
  const rounds = options.rounds ?? 30;
  const now = options.now ?? wallClock();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    await using process = await remote.open([...bashCommand, ANSWER], { signal });
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    let best: Clock | undefined;
    for (let round = 0; round < rounds; round++) {
      // Hosts that are measured at the same time would keep each other waiting at every round.
      if (round > 0) await delay(PAUSE_MS * (0.5 + Math.random()));
      const sentMs = now();
      process.stdin.write("\n");
      const answer = await lines.next();
      const receivedMs = now();
      const hostMs = answer.done ? Number.NaN : Number(answer.value) * 1000;
      if (!Number.isFinite(hostMs) || hostMs <= 0) {
        // The reason why it ended (aborted, connection lost, no bash) is the process's to tell.
        process.stdin.end();
        const { exitCode, stderr } = answer.done ? await process.done : { exitCode: 0, stderr: answer.value };
        throw new RemoteError("command", remote.host, `does not tell its time (exit code ${exitCode}): ${stderr}`, {
          hint: "bash must be installed on the host",
        });
      }
      const errorMs = (receivedMs - sentMs) / 2;
      if (best === undefined || errorMs < best.errorMs) {
        best = { offsetMs: hostMs - (sentMs + receivedMs) / 2, errorMs, roundTrips: rounds, measuredAtMs: receivedMs };
      }
    }
    if (best === undefined) throw new RangeError("at least one round trip is needed");
    return best;
  } catch (error) {
    if (error instanceof RemoteError && error.kind === "aborted" && signal.reason === timeout.reason) {
      const message = `${rounds} round trips did not end within ${TIMEOUT_MS / 1000} s`;
      throw new RemoteError("timeout", remote.host, message, { cause: error });
    }
    throw error;
  }
}

/**
 * `Date.now()` with fractions of a millisecond, anchored now. `performance.timeOrigin` would not do: it is the time at
 * the start of this process, and does not follow what NTP has done to the clock since.
 */
export function wallClock(): () => number {
  // Date.now() leaves out the fraction, and a pause between the two readings takes more away: of many differences over
  // more than a millisecond, the greatest is the true one.
  let last = { at: Date.now(), monotonic: performance.now() };
  let anchorMs = last.at - last.monotonic;
  // A busy machine may keep this process waiting: only a step that was seen within the tenth of a millisecond tells.
  const giveUpMs = last.monotonic + 100;
  for (let seen = 0; seen < 2 && last.monotonic < giveUpMs;) {
    const next = { at: Date.now(), monotonic: performance.now() };
    if (next.at > last.at && next.monotonic - last.monotonic < 0.1) seen++;
    anchorMs = Math.max(anchorMs, next.at - next.monotonic);
    last = next;
  }
  return () => anchorMs + performance.now();
}
