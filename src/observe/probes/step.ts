import type { ProbeStep } from "../../metrics/probes/lines.ts";
import { errorText } from "../target.ts";

/** Times a step by the monotonic clock. It fails when it throws, takes longer than the limit, or all is over. */
export async function timedStep<Value>(
  limitMs: number,
  act: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<{ step: ProbeStep; value: Value | undefined; failed: boolean }> {
  const startedAtMs = Date.now();
  const started = performance.now();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not within ${limitMs / 1000} s`)), limitMs);
  const onAbort = () => reject(new Error("the probes were told to end"));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    const value = await Promise.race([act(), late]);
    const ms = Math.round((performance.now() - started) * 1000) / 1000;
    return { step: { startedAtMs, ms, error: null }, value, failed: false };
  } catch (error) {
    return { step: { startedAtMs, ms: null, error: errorText(error) }, value: undefined, failed: true };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
