/** How far apart the hosts started, by the controller's clock. */
import type { HostInputs } from "./host-result.ts";
import type { Result } from "./result.ts";

/** Of processes that were to start together: each one's own offset in the plan is taken off. */
export function startSkew(used: readonly HostInputs[]): Result["start"] {
  const hosts = used.flatMap(({ stream, clockBefore }) => {
    const errors = stream.segments.map((segment) => segment.startErrorMs).filter((error) => error !== null);
    return clockBefore === null || errors.length === 0 ? [] : [{ errors, clockErrorMs: clockBefore.errorMs }];
  });
  if (hosts.length < 2) return { skewMs: null, skewErrorMs: null };
  const errors = hosts.flatMap((host) => host.errors);
  const [largest = 0, second = 0] = hosts.map((host) => host.clockErrorMs).toSorted((a, b) => b - a);
  return {
    skewMs: Math.round((Math.max(...errors) - Math.min(...errors)) * 1000) / 1000,
    skewErrorMs: Math.round((largest + second) * 1000) / 1000,
  };
}
