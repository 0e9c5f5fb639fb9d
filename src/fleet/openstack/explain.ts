/** The reason why servers went to ERROR: terraform does not read it, Nova has it. */
import { fanOut } from "../../remote/fan-out.ts";
import type { Cloud } from "./rest/cloud.ts";
import { serverFault } from "./rest/resources.ts";
import { TerraformFailure } from "./terraform/failure.ts";
import { withFault, type Problem } from "./terraform/problem.ts";

const concurrency = 8;

/** The same failure with Nova's reasons in it. What can't be found out stays as it was. To be asked before the servers are deleted. */
export async function explain(failure: TerraformFailure, cloud: Cloud, signal: AbortSignal): Promise<TerraformFailure> {
  if (failure.problems.every(({ serverId }) => serverId === null)) return failure;
  const outcomes = await fanOut(failure.problems, { concurrency, signal }, async (problem): Promise<Problem> => {
    const fault = problem.serverId === null ? null : await serverFault(cloud, problem.serverId, signal);
    return fault === null ? problem : withFault(problem, fault);
  });
  const problems = failure.problems.map((problem, index) => {
    const outcome = outcomes[index];
    return outcome?.status === "fulfilled" ? outcome.value : problem;
  });
  return new TerraformFailure(failure.command, problems, failure.message);
}
