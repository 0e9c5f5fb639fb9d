import type { ProbesResult } from "../../src/metrics/result.ts";

const attempts = 3;

/**
 * A run whose report trusts its probes: on a machine that was too busy to time them, it is made again.
 * @param probesOf of a run, and what to tell where none is trusted
 * @throws Error when none of three is
 */
export async function trustedRun<Run>(
  make: () => Promise<Run>,
  probesOf: (run: Run) => { distrust: ProbesResult["distrust"] | undefined; about: string },
): Promise<Run> {
  let last = "";
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const run = await make();
    const { distrust, about } = probesOf(run);
    if (distrust === null) return run;
    last = about;
  }
  throw new Error(`in ${attempts} runs this machine was too busy to time the probes: ${last}`);
}
