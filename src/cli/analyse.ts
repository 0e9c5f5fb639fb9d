import { analyse } from "../run/analyse.ts";
import { findRun } from "../run/runs.ts";
import { writeReports } from "../run/report.ts";
import { verdictExitCodes } from "../run/verdict-exit.ts";
import type { Invocation } from "./options.ts";
import { stateDirOf } from "./state-dir.ts";
import type { System } from "./system.ts";

/** `lkload analyse RUN`: makes the result and the reports again from the raw files, and exits by the verdict. */
export async function analyseCommand(invocation: Invocation, system: System): Promise<number> {
  const folder = findRun(await stateDirOf(invocation, system), invocation.args[0] ?? "latest");
  const result = await analyse(folder);
  await writeReports(folder, result);
  const { renderTerminal } = await import("../report/terminal.ts");
  const { wantsColor } = await import("./color.ts");
  system.stdout.write(
    renderTerminal(result, { columns: system.stdout.columns, color: wantsColor(system.stdout, system) }),
  );
  system.stderr.write(`report: ${folder.reportHtml}\n`);
  return verdictExitCodes[result.verdict.status];
}
