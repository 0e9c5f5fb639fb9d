/** When lk starts its participants (pkg/loadtester/loadtest.go, 2.18.2). */

/** lk lowers a greater --num-per-second to this without a word. */
export const maxNumPerSecond = 10;

/**
 * From an lk process's start until its last participant may have joined at the earliest; rounded up to whole ms.
 * lk waits for its rate limiter after each participant and starts counting --duration only then.
 */
export function rampMs(participants: number, numPerSecond: number): number {
  return Math.ceil((Math.max(0, participants - 1) * 1000) / numPerSecond);
}

/**
 * When the participant with this index (the `N` of `<prefix>_N` and `<prefix>_pub_N`) is meant to start, in ms after
 * the process's start. The limiter lends its first token at once: participants 0 and 1 start together, the others
 * 1 / numPerSecond apart.
 */
export function intendedStartMs(index: number, numPerSecond: number): number {
  return (Math.max(0, index - 1) * 1000) / numPerSecond;
}
