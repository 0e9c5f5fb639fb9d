import { availableParallelism, userInfo } from "node:os";
import { resolve } from "node:path";
import { formatAddress } from "../config/address.ts";
import { resolveInventory } from "../config/inventory.ts";
import { loadConfig } from "../config/load.ts";
import { resolveCounts } from "../config/load-counts.ts";
import { ConfigError } from "../config/problem.ts";
import { requireFleet, requireTargetAndFleet } from "../config/require-target.ts";
import type { Config } from "../config/schema.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { madeFleet, openFleet } from "../fleet/open-fleet.ts";
import { buildPlan } from "../plan/build-plan.ts";
import { openstackPlan } from "../plan/openstack-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { runFolder } from "../run/folder.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

export type Prepared = { config: Config; plan: Plan; fleet: Fleet };

/**
 * From what was typed to who does what: nothing is touched yet.
 * @throws {ConfigError} exit code 2, with everything that is wrong or missing
 */
export async function preparePlan(
  invocation: Invocation,
  system: System,
  options: { runId: string; needsTarget: boolean },
): Promise<Prepared> {
  const { config } = await loadConfig({
    file: typeof invocation.options["config"] === "string" ? invocation.options["config"] : undefined,
    flags: invocation.flags,
    env: system.env,
    cwd: system.cwd,
  });
  if (options.needsTarget) requireTargetAndFleet(config);
  const kind = requireFleet(config);
  if (kind === "openstack") return prepareOpenstack(config, options.runId, system);
  const inventory = kind === "local" ? [] : resolveInventory(config, { userName: userInfo().username });
  const local = { name: "local", address: "local", cores: availableParallelism() };
  const hosts =
    kind === "local"
      ? [local]
      : inventory.map(({ name, address, user, port }) => ({
          name,
          address: formatAddress({ user, host: address, port }),
        }));
  const plan = buildPlan({ config, hosts, runId: options.runId, counts: resolveCounts(config.load) });
  return { config, plan, fleet: openFleet(kind, inventory, { ssh: config.ssh, env: system.env, home: system.home }) };
}

function prepareOpenstack(config: Config, runId: string, system: System): Prepared {
  const openstack = openstackPlan(config.openstack, { name: config.name, runId });
  if (typeof openstack === "string") throw new ConfigError([{ where: "name", given: config.name, problem: openstack }]);
  const hosts = openstack.clouds.flatMap(({ vms }) => vms.map(({ host, name }) => ({ name: host, address: name })));
  const plan = buildPlan({ config, hosts, runId, openstack, counts: resolveCounts(config.load) });
  const { env, home, cwd } = system;
  const runDir = runFolder(resolve(cwd, config.run.dir), runId).dir;
  const fleet = madeFleet({ config, plan, session: { env, home, cwd }, runDir, now: () => system.now() });
  if (fleet === undefined) throw new Error("a plan of VMs without VMs");
  return { config, plan, fleet };
}
