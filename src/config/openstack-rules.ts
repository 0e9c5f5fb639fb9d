/** What the schema cannot say of the VMs that are to be made. Pure. */
import type { RuleProblem } from "./rule-problem.ts";
import type { Config } from "./schema.ts";
import { isSecret } from "./show-value.ts";

/** How many VMs there will be; 0 where nothing says it. */
export function vmCount({ vms, clouds }: Config["openstack"]): number {
  return clouds.length > 0 ? clouds.reduce((sum, share) => sum + share.vms, 0) : (vms ?? 0);
}

/** None where no VMs are asked for: the section may wait in the file until they are. */
export function openstackRules({ fleet, openstack }: Config): RuleProblem[] {
  if (fleet.kind !== "openstack") return [];
  const { vms, cloud, region, clouds } = openstack;
  const problems: RuleProblem[] = [];
  if (fleet.hosts.length > 0) {
    problems.push({
      paths: ["openstack.vms", "fleet.hosts", "fleet.kind"],
      problem: "VMs made for the run and hosts that are there exclude each other: give one of them",
    });
  }
  if (vms === undefined && clouds.length === 0) {
    problems.push({ paths: ["fleet.kind"], problem: "openstack needs openstack.vms, or --vms: how many VMs to make" });
  }
  if (vms !== undefined && clouds.length > 0) {
    const problem = "exclude each other: with several clouds, each has its own number of VMs";
    problems.push({ paths: ["openstack.vms", "openstack.clouds"], problem });
  }
  if (clouds.length > 0 && (cloud ?? region) !== undefined) {
    const setting = cloud === undefined ? "openstack.region" : "openstack.cloud";
    problems.push({
      paths: [setting, "openstack.clouds"],
      problem: "exclude each other: name it in each of the clouds",
    });
  }
  const places = clouds.map((share) => JSON.stringify([share.cloud ?? null, share.region ?? null]));
  if (new Set(places).size < places.length) {
    problems.push({ paths: ["openstack.clouds"], problem: "names the same cloud and region twice" });
  }
  for (const name of Object.keys(openstack.terraform.backend?.config ?? {})) {
    if (!isSecret([name]) && !/^(access|secret|sas|account|encryption|sse).*key/i.test(name)) continue;
    const problem = "would stand in plain text in the stack's file: set it by the backend's environment variable";
    problems.push({ paths: [`openstack.terraform.backend.config.${name}`], problem });
  }
  return [...problems, ...networkRules(openstack)];
}

function networkRules({ network, image }: Config["openstack"]): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const { mode, name, id, floatingIpPool } = network;
  if (mode !== "external" && floatingIpPool === undefined) {
    const problem = `mode ${mode} also needs openstack.network.floatingIpPool: the external network of the floating IPs`;
    problems.push({ paths: ["openstack.network.mode"], problem });
  }
  if (mode === "external" && floatingIpPool !== undefined) {
    const problem = "is not used in mode external, where each VM has an address of the provider network itself";
    problems.push({ paths: ["openstack.network.floatingIpPool", "openstack.network.mode"], problem });
  }
  if (mode === "existing" && name === undefined && id === undefined) {
    const problem = "mode existing also needs openstack.network.name (or --network): the tenant network";
    problems.push({ paths: ["openstack.network.mode"], problem });
  }
  if (mode === "managed" && (name ?? id) !== undefined) {
    const setting = name === undefined ? "openstack.network.id" : "openstack.network.name";
    const problem = "is not used in mode managed, which makes a network of its own (mode existing uses one)";
    problems.push({ paths: [setting, "openstack.network.mode"], problem });
  }
  if (name !== undefined && id !== undefined) {
    problems.push({ paths: ["openstack.network.name", "openstack.network.id"], problem: "exclude each other" });
  }
  if (typeof image === "object" && "regex" in image && !isRegex(image.regex)) {
    problems.push({ paths: ["openstack.image"], given: image.regex, problem: "is not a regular expression" });
  }
  return problems;
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
