import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { requireTarget } from "../config/require-target.ts";
import type { Config } from "../config/schema.ts";
import { neededChecks } from "../doctor/doctor.ts";
import { requireChecks } from "../doctor/require.ts";
import { exitCodes, LkloadError } from "../errors.ts";
import { Target } from "../observe/target.ts";
import { newRunId } from "../plan/run-id.ts";
import type { RunContext } from "../run/context.ts";
import { takeControl } from "../run/controller.ts";
import { createRun } from "../run/create-run.ts";
import type { Emit } from "../run/events.ts";
import { HostPool } from "../run/host-pool.ts";
import { openRunLog } from "../run/log.ts";
import { run, type RunOutcome } from "../run/run.ts";
import { wantsColor } from "./color.ts";
import { displayFor, type Display } from "./display/display.ts";
import { failureText } from "./failure.ts";
import type { Invocation } from "./options.ts";
import { preparePlan } from "./prepare-plan.ts";
import type { System } from "./system.ts";

/** `lkload run`: the whole way from the configuration to a report, and back to nothing. */
export async function runCommand(invocation: Invocation, system: System): Promise<number> {
  const runId = wantedRunId(invocation) ?? newRunId(system.now(), Math.random);
  const { config, plan, fleet } = await preparePlan(invocation, system, { runId, needsTarget: true });
  const access = requireTarget(config);
  const json = invocation.options["json"] === true;
  const keep = invocation.options["keep"] === true;

  const { cwd, nodeVersion } = system;
  const settings = { ssh: config.ssh, env: system.env, home: system.home };
  await requireChecks(neededChecks({ config, settings, cwd, nodeVersion, runId }), system.interrupt);
  const stateDir = resolve(cwd, config.run.dir);
  const { folder, journal } = createRun({
    stateDir,
    plan,
    config,
    command: system.commandLine,
    now: () => system.now(),
    cores: availableParallelism(),
    nodeVersion,
    cwd,
  });
  using resources = new DisposableStack();
  resources.use(takeControl(folder.controller, system.pid, runId));
  const log = openRunLog(folder.log, secretsOf(config));
  const display = await displayFor(system, json);
  const emit: Emit = (event) => {
    if (event.type === "warning" || event.type === "host") log.info(event, event.type);
    display.show(event);
  };
  emit({ type: "run-started", runId, dir: folder.dir, plan });
  for (const text of plan.warnings) emit({ type: "warning", text, host: null });

  await using pool = new HostPool(fleet);
  const context: RunContext = {
    config,
    plan,
    folder,
    journal,
    fleet,
    pool,
    target: new Target(access),
    emit,
    log,
    now: () => system.now(),
    signal: system.interrupt,
    forced: system.forced,
  };
  const onInterrupt = () =>
    emit({ type: "warning", text: "interrupted: ending the load and cleaning up; once more to give up", host: null });
  system.interrupt.addEventListener("abort", onInterrupt, { once: true });
  try {
    const outcome = await run(context, { keep });
    journal.write({ event: "run-ended", exitCode: outcome.exitCode });
    emit({
      type: "run-ended",
      exitCode: outcome.exitCode,
      error: outcome.failure instanceof Error ? outcome.failure.message : null,
    });
    display.close();
    await conclude({ outcome, context, json, keep, display, system });
    return outcome.exitCode;
  } finally {
    system.interrupt.removeEventListener("abort", onInterrupt);
    display.close();
  }
}

type Conclusion = {
  outcome: RunOutcome;
  context: RunContext;
  json: boolean;
  keep: boolean;
  display: Display;
  system: System;
};

/** The last words: the report on standard output, then what went wrong and what is left. */
async function conclude({ outcome, context, json, keep, system }: Conclusion): Promise<void> {
  const { folder, plan } = context;
  const { result, teardown, failure } = outcome;
  const say = (text: string) => system.stderr.write(`${text}\n`);
  if (result && !json) {
    const { renderTerminal } = await import("../report/terminal.ts");
    const color = wantsColor(system.stdout, system);
    system.stdout.write(renderTerminal(result, { columns: system.stdout.columns, color }));
  }
  if (failure !== null && !system.interrupt.aborted) say(failureText(failure));
  if (result) say(`report: ${folder.reportHtml}`);
  else if (outcome.loaded)
    say(`no report, but nothing is lost: \`lkload analyse ${plan.runId}\` makes it from ${folder.dir}`);
  else say(`no load was started; log: ${folder.log}`);
  if (keep) say(`kept, by --keep: what the run made is still there; \`lkload destroy ${plan.runId}\` removes it`);
  if (teardown && !teardown.complete) {
    say(`not everything could be removed:`);
    for (const what of teardown.leftovers) say(`  ${what}`);
    say(`hint: mend it and call \`lkload destroy ${plan.runId}\``);
  }
}

function secretsOf(config: Config) {
  return [config.livekit.apiSecret, config.ssh.passphrase].filter((secret) => secret !== undefined);
}

function wantedRunId(invocation: Invocation): string | undefined {
  const id = invocation.options["runId"];
  if (typeof id !== "string") return undefined;
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(id)) return id;
  throw new LkloadError(exitCodes.usage, `--run-id ${id}: not usable as a name`, {
    hint: "lower-case letters, digits and dashes, at most 40 characters",
  });
}
