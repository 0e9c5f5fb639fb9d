/**
 * What terraform does not say of a failure and the cloud knows: why servers and volumes went to ERROR, how much of a
 * quota is in use, and which names there are where one was not found.
 */
import { nearestNames } from "../../config/nearest.ts";
import { fanOut } from "../../remote/fan-out.ts";
import type { Cloud } from "./rest/cloud.ts";
import { listFlavors, listImages, listNetworks } from "./rest/offers.ts";
import { networkQuotas } from "./rest/quotas.ts";
import { serverFault, volumeFault } from "./rest/resources.ts";
import { TerraformFailure } from "./terraform/failure.ts";
import { withFault, type Problem } from "./terraform/problem.ts";

const concurrency = 8;
const namesShown = 5;

/**
 * The same failure with the cloud's reasons in it. What can't be found out stays as it was. To be asked before servers
 * and volumes are deleted.
 */
export async function explain(failure: TerraformFailure, cloud: Cloud, signal: AbortSignal): Promise<TerraformFailure> {
  const outcomes = await fanOut(failure.problems, { concurrency, signal }, (problem) =>
    explained(problem, cloud, signal),
  );
  const problems = failure.problems.map((problem, index) => {
    const outcome = outcomes[index];
    return outcome?.status === "fulfilled" ? outcome.value : problem;
  });
  return new TerraformFailure(failure.command, problems, failure.message);
}

async function explained(problem: Problem, cloud: Cloud, signal: AbortSignal): Promise<Problem> {
  const { kind, text, resourceId } = problem;
  if (resourceId !== null) {
    const ask = kind === "volume-error" ? volumeFault : serverFault;
    const fault = await ask(cloud, resourceId, signal);
    return fault === null ? problem : withFault(problem, fault);
  }
  if (kind === "quota" || kind === "floating-ips") return withText(problem, await figures(text, cloud, signal));
  return kind === "not-found" ? withText(problem, await whatThereIs(problem, cloud, signal)) : problem;
}

function withText(problem: Problem, more: string): Problem {
  return more === "" ? problem : { ...problem, text: `${problem.text.replace(/\.$/, "")}; ${more}` };
}

/** Neutron's names of what it counts. */
const counted: Readonly<Record<string, string>> = {
  floatingip: "floating IPs",
  port: "ports",
  network: "networks",
  subnet: "subnets",
  router: "routers",
  security_group: "security groups",
  security_group_rule: "security group rules",
};

/** Nova says how much of what is in use, Neutron only which: `Quota exceeded for resources: ['floatingip'].` */
async function figures(text: string, cloud: Cloud, signal: AbortSignal): Promise<string> {
  const listed = /for resources: \[([^\]]*)\]/.exec(text)?.[1];
  if (listed === undefined) return "";
  const quotas = await networkQuotas(cloud, signal);
  return [...listed.matchAll(/'([a-z_]+)'/g)]
    .flatMap(([, key = ""]) => {
      const name = counted[key];
      const quota = name === undefined ? undefined : quotas[name];
      return name === undefined || quota?.limit === undefined || quota.limit === null
        ? []
        : [`${quota.used} of ${quota.limit} ${name} in use`];
    })
    .join(", ");
}

async function whatThereIs({ text, address }: Problem, cloud: Cloud, signal: AbortSignal): Promise<string> {
  const kind = /\b(flavor|image|network)\b/.exec(`${text} ${address ?? ""}`.replaceAll("_", " "))?.[1];
  if (kind === undefined) return "";
  const list = { flavor: listFlavors, image: listImages, network: listNetworks }[
    kind as "flavor" | "image" | "network"
  ];
  const offered = (await list(cloud, signal)).map(({ name }) => name).filter((name) => name !== "");
  if (offered.length === 0) return `the project has no ${kind} at all`;
  const wanted = /(?:name|called|find (?:flavor|image|network)) "?([\w.-]+)/.exec(text)?.[1] ?? "";
  const near = nearestNames(wanted, offered, namesShown);
  return `${near.length < offered.length ? (wanted === "" ? "there are among others" : "nearest") : "there are"} ${near.join(", ")}`;
}
