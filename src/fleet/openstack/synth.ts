/** The stacks of a run, written without touching a cloud: to read, or to go on with by hand. */
import { ownAddresses } from "./own-addresses.ts";
import { marksOf, type OpenstackSettings } from "./openstack-settings.ts";
import { placesOf } from "./places.ts";
import { makeRunKeys } from "./run-key-files.ts";
import { writeStack } from "./write-stack.ts";

export type SynthesizedStack = {
  where: string;
  /** To run terraform in. */
  dir: string;
  vms: number;
};

/** `settings.runDir` is where they are written, with a new key pair. @throws LkloadError exit 2 */
export async function synthStacks(settings: OpenstackSettings): Promise<SynthesizedStack[]> {
  const { openstack, plan, runDir } = settings;
  const keys = await makeRunKeys(settings, runDir);
  const marks = marksOf(settings);
  const sshCidrs = openstack.sshFrom.length > 0 ? openstack.sshFrom : ownAddresses();
  const places = placesOf(plan, runDir);
  for (const place of places) await writeStack({ settings, place, marks, keys, sshCidrs });
  return places.map(({ where, dir, plan }) => ({ where, dir, vms: plan.vms.length }));
}
