import { resolve } from "node:path";
import { exitCodes, LkloadError } from "../errors.ts";
import { openstackSettings } from "../fleet/open-fleet.ts";
import { synthStacks } from "../fleet/openstack/synth.ts";
import { newRunId } from "../plan/run-id.ts";
import type { Invocation } from "./options.ts";
import { preparePlan } from "./prepare-plan.ts";
import type { System } from "./system.ts";

/** `lkload synth`: the stack of VMs as a run would make it, in files, without touching a cloud. */
export async function synthCommand(invocation: Invocation, system: System): Promise<number> {
  const runId = newRunId(system.now(), Math.random);
  const { config, plan } = await preparePlan(invocation, system, { runId, needsTarget: false });
  const { env, home, cwd } = system;
  const out = invocation.options["out"];
  const runDir = resolve(cwd, typeof out === "string" ? out : "lkload-stack");
  const settings = openstackSettings({ config, plan, session: { env, home, cwd }, runDir, now: () => system.now() });
  if (settings === undefined) {
    throw new LkloadError(exitCodes.usage, "this configuration makes no VMs: there is no stack to write", {
      hint: "ask for some with --vms or openstack.vms",
    });
  }
  const stacks = await synthStacks(settings);
  for (const stack of stacks) {
    system.stdout.write(`${stack.dir}\n`);
    system.stderr.write(`${stack.where}: ${stack.vms} VMs of run ${runId}\n`);
  }
  system.stderr.write(`Nothing was made. The key to the VMs: ${runDir}/ssh/id_ed25519\n`);
  return exitCodes.pass;
}
