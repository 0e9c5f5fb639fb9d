/**
 * `npm test`: everything that the tests need, then all of them. Arguments go to vitest:
 *
 *     npm test -- test/plan
 */
import { join } from "node:path";
import { ensureLivekitServer, ensureLk } from "./binaries.ts";
import { runForeground, stopSignal } from "./foreground.ts";
import { ensureKubernetes } from "./kubernetes/binaries.ts";
import { ensureGenerator } from "./openstack/generator.ts";
import { ensureProvider } from "./openstack/provider.ts";
import { stderrProgress } from "./progress.ts";
import { ensureTools, testTools } from "./tools.ts";

const root = join(import.meta.dirname, "..", "..");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

try {
  const context = { progress: stderrProgress(), signal: stopSignal() };
  context.progress.say("tools");
  await ensureTools(testTools, context);
  context.progress.say("LiveKit binaries");
  await ensureLivekitServer(context);
  await ensureLk(context);
  const given = process.argv.slice(2);
  if (!given.includes("--project")) {
    context.progress.say("terraform's provider and the generator of its bindings");
    await ensureProvider(context);
    await ensureGenerator(context);
  }
  if (given.includes("kubernetes")) {
    context.progress.say("Kubernetes");
    await ensureTools(["redis-server"], context);
    await ensureKubernetes(context);
  }
  context.progress.say("tests");
  // The suites that take a cloud of their own are asked for by name.
  const projects = given.includes("--project") ? [] : ["--project", "unit", "--project", "lab"];
  process.exitCode = await runForeground(process.execPath, [vitest, "run", "--root", root, ...projects, ...given], {
    env: {},
  });
  context.progress.say(process.exitCode === 0 ? "all tests passed" : `tests failed (exit code ${process.exitCode})`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
