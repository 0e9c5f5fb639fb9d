/** Everything that a fleet of VMs needs, for each cloud of the plan. */
import type { Config } from "../../config/schema.ts";
import type { FleetSettings } from "../../fleet/fleet-settings.ts";
import { openstackPlan } from "../../plan/openstack-plan.ts";
import { problem, type Check } from "../check.ts";
import { cloudChecks } from "./cloud.ts";
import { terraformChecks } from "./terraform.ts";

export type OpenstackCheckOptions = { config: Config; settings: FleetSettings; cwd: string; runId: string };

/** None where the fleet is another one. */
export function openstackChecks({ config, settings, cwd, runId }: OpenstackCheckOptions): Check[] {
  if (config.fleet.kind !== "openstack") return [];
  const plan = openstackPlan(config.openstack, { name: config.name, runId });
  if (typeof plan === "string") {
    return [
      { group: "OpenStack", name: "names", run: async () => problem(plan, "set name (--name) to a shorter one") },
    ];
  }
  const session = { env: settings.env, home: settings.home, cwd };
  return [
    ...terraformChecks(config.openstack, settings),
    ...plan.clouds.flatMap((cloud) => cloudChecks(cloud, config.openstack, session)),
  ];
}
