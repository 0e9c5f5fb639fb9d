import { wrap } from "../config/problem.ts";
import { scenarios, type Scenario } from "../config/scenarios.ts";
import { exitCodes } from "../errors.ts";
import type { Invocation } from "./options.ts";
import type { System } from "./system.ts";

/** `lkload scenarios`: the named loads. */
export async function scenariosCommand(invocation: Invocation, system: System): Promise<number> {
  const { stdout } = system;
  if (invocation.options["json"] === true) stdout.write(`${JSON.stringify(scenarios, null, 2)}\n`);
  else {
    stdout.write(scenarios.map((scenario) => scenarioText(scenario, stdout.columns)).join("\n"));
    const use = "Use one with --scenario NAME, or as load.scenario; other flags and settings override parts of it.";
    stdout.write(["", ...wrap(use, stdout.columns, "", ""), ""].join("\n"));
  }
  return exitCodes.pass;
}

function scenarioText({ name, summary, counts, load, recommendedHosts }: Scenario, columns: number): string {
  const hosts = recommendedHosts === 1 ? "1 host" : `${recommendedHosts} hosts`;
  const per = load.per === "host" ? "on each host: " : "";
  const text =
    `${per}${number(counts.participants)} participants: ${counts.publishers} publishers, ` +
    `${counts.videoPublishers} of them with video, ${number(counts.subscribers)} subscribers; ` +
    `${String(load.duration)}; ${hosts} recommended`;
  return [name, ...wrap(summary, columns, "  ", "  "), ...wrap(text, columns, "  ", "  "), ""].join("\n");
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}
