import { arch } from "node:os";
import { loadConfig } from "../config/load.ts";
import { runChecks } from "../doctor/check.ts";
import { doctorChecks } from "../doctor/doctor.ts";
import { doctorDocument } from "../doctor/document.ts";
import { exitCodes } from "../errors.ts";
import { newRunId } from "../plan/run-id.ts";
import { doctorText } from "./doctor-text.ts";
import { wantsColor } from "./color.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

/**
 * `lkload doctor`: looks at everything that a run needs, all at once, and changes nothing that lasts.
 * @returns exit code 5 when there is a problem
 */
export async function doctorCommand(invocation: Invocation, system: System): Promise<number> {
  const { config } = await loadConfig({
    file: typeof invocation.options["config"] === "string" ? invocation.options["config"] : undefined,
    flags: invocation.flags,
    env: system.env,
    cwd: system.cwd,
  });
  const startedMs = performance.now();
  const checks = doctorChecks({
    config,
    settings: { ssh: config.ssh, env: system.env, home: system.home },
    cwd: system.cwd,
    nodeVersion: system.nodeVersion,
    arch: arch() === "arm64" ? "arm64" : "amd64",
    runId: newRunId(system.now(), Math.random),
    now: () => system.now(),
  });
  const results = await runChecks(checks, system.interrupt);
  const document = doctorDocument(results, system.now());
  const { stdout } = system;
  if (invocation.options["json"] === true) stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else {
    const color = wantsColor(stdout, system);
    stdout.write(doctorText(document, { columns: stdout.columns, color, tookMs: performance.now() - startedMs }));
  }
  return document.ok ? exitCodes.pass : exitCodes.infrastructure;
}
