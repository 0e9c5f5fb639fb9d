/** A fleet in the lab's cloud as `lkload run` has it, without the run around it. */
import { join } from "node:path";
import { configSchema, type Config, type ConfigInput } from "../../../src/config/schema.ts";
import type { FleetContext, FleetNews } from "../../../src/fleet/fleet.ts";
import { openstackSettings } from "../../../src/fleet/open-fleet.ts";
import { openstackFleet } from "../../../src/fleet/openstack/openstack-fleet.ts";
import { buildPlan } from "../../../src/plan/build-plan.ts";
import { openstackPlan } from "../../../src/plan/openstack-plan.ts";
import { newRunId } from "../../../src/plan/run-id.ts";
import { Journal } from "../../../src/run/journal.ts";
import { projectEnv } from "../../lab/openstack/project.ts";
import { ensureProvider } from "../../lab/openstack/provider.ts";

/** @param openstack what differs from two small VMs */
export async function labFleet(
  runDir: string,
  openstack: ConfigInput["openstack"],
  signal: AbortSignal,
  ssh: ConfigInput["ssh"] = {},
) {
  const config: Config = configSchema.parse({
    fleet: { kind: "openstack" },
    openstack: {
      vms: 1,
      flavor: "lab.small",
      image: "debian-12",
      terraform: { mirror: (await ensureProvider()).path },
      bootTimeout: "6m",
      ...openstack,
    },
    ssh,
  });
  const runId = newRunId(Date.now(), Math.random);
  const vms = openstackPlan(config.openstack, { name: config.name, runId });
  if (typeof vms === "string") throw new Error(vms);
  const hosts = vms.clouds.flatMap((cloud) => cloud.vms.map(({ host }) => ({ name: host, address: "" })));
  const counts = { participants: 2, publishers: 1, videoPublishers: 1, audioPublishers: 1, subscribers: 1 };
  const plan = buildPlan({ config, hosts, runId, openstack: vms, counts });
  const session = { env: { ...projectEnv(), PATH: process.env["PATH"] }, home: runDir, cwd: runDir };
  const settings = openstackSettings({ config, plan, session, runDir, now: () => Date.now() });
  if (settings === undefined) throw new Error("no VMs in the plan");
  const journal = new Journal(join(runDir, "journal.ndjson"), () => Date.now());
  const news: FleetNews[] = [];
  const context: FleetContext = { runDir, signal, journal: journal.forFleet(), tell: (one) => news.push(one) };
  return { fleet: openstackFleet(settings), settings, context, journal, plan: vms, news };
}
