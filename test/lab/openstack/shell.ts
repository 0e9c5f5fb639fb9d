/**
 * `npm run lab:openstack`: starts a real OpenStack, and in its network a LiveKit server and a shell, in a folder that
 * has all that the README's section on OpenStack speaks of. With arguments it runs these instead of the shell:
 *
 *     npm run lab:openstack -- bash -c '. ./openrc.sh && lkload run --vms 1'
 */
import { join } from "node:path";
import { runForeground, stopSignal } from "../foreground.ts";
import { stderrProgress } from "../progress.ts";
import { startOpenstack } from "./openstack.ts";

try {
  const context = { progress: stderrProgress(), signal: stopSignal() };
  await using openstack = await startOpenstack(context);
  const run = [join(import.meta.dirname, "inside.ts"), ...process.argv.slice(2)];
  const { command, args } = openstack.inside(process.execPath, run);
  process.exitCode = await runForeground(command, args, { env: openstack.env });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
