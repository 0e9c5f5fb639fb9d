/**
 * `npm run test:openstack`: starts a real OpenStack and runs the tests that need one inside its network. Arguments go
 * to vitest:
 *
 *     npm run test:openstack -- test/fleet/openstack/sweep
 */
import { join } from "node:path";
import { runForeground, stopSignal } from "../foreground.ts";
import { stderrProgress } from "../progress.ts";
import { runCommand } from "../run-command.ts";
import { root } from "./generator.ts";
import { startOpenstack } from "./openstack.ts";
import { client } from "./project.ts";

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

try {
  const context = { progress: stderrProgress(), signal: stopSignal() };
  await using openstack = await startOpenstack(context);
  // A run that was killed may have left limits of its own.
  for (const script of ["quota.py", "floating-ip-pool.py"]) {
    const { command, args } = openstack.inside("/usr/bin/python3", ["-B", join(client, script), "reset"]);
    await runCommand(command, args, { env: openstack.env });
  }
  const run = [vitest, "run", "--root", root, "--project", "openstack", ...process.argv.slice(2)];
  const { command, args } = openstack.inside(process.execPath, run);
  process.exitCode = await runForeground(command, args, { env: openstack.env });
  context.progress.say(process.exitCode === 0 ? "all tests passed" : `tests failed (exit code ${process.exitCode})`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
