/** Every command, as data. What a command does is loaded when it is called: help and mistakes cost nothing. */
import {
  allOption,
  checkOption,
  configOptions,
  folderOptions,
  forceOption,
  formatOption,
  gcOptions,
  jsonOption,
  keepOption,
  outDirOption,
  outOption,
  runIdOption,
  type Invocation,
  type OptionDefinition,
} from "./options.ts";
import type { System } from "./system.ts";

export type Command = (invocation: Invocation, system: System) => Promise<number>;

export type CommandDefinition = {
  readonly name: string;
  readonly summary: string;
  /** More than the summary can say, for the command's own help. */
  readonly details?: string;
  /** At most one argument: `RUN`, required, or `[RUN]`. */
  readonly argument?: { readonly name: string; readonly required: boolean; readonly description: string };
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly string[];
  /** The command loads the configuration, and with it reports what is wrong with the flags. */
  readonly readsConfig: boolean;
  readonly load: () => Promise<Command>;
};

const earlierRun = { name: "RUN", required: false, description: "a run's name or its beginning (default: the latest)" };

export const commands: readonly CommandDefinition[] = [
  {
    name: "run",
    summary: "run a load test: from the configuration to a report, and back to nothing",
    details: "Exit codes: 0 pass, 2 usage, 3 thresholds failed, 4 invalid, 5 infrastructure, 6 teardown incomplete.",
    options: [...configOptions, keepOption, runIdOption, jsonOption("events as NDJSON on standard output")],
    examples: [
      "lkload run --local --participants 20 --duration 1m",
      "lkload run --vms 10 --participants 100",
      "lkload run --hosts root@10.0.0.5,root@10.0.0.6 --participants 100",
      "lkload run --scenario medium-500 --threshold 'loss<=2%'",
    ],
    readsConfig: true,
    load: async () => (await import("./run.ts")).runCommand,
  },
  {
    name: "plan",
    summary: "show who would do what, and start nothing",
    options: [...configOptions, checkOption, jsonOption("the plan as JSON")],
    examples: ["lkload plan --hosts a,b,c --scenario high-1000"],
    readsConfig: true,
    load: async () => (await import("./plan.ts")).planCommand,
  },
  {
    name: "doctor",
    summary: "look at everything that a run needs, in seconds, and say what to do",
    details: "Changes nothing that lasts. Exit codes: 0 no problem, 2 usage, 5 a problem.",
    options: [...configOptions, jsonOption("what was seen as JSON")],
    examples: ["lkload doctor", "lkload doctor --hosts root@10.0.0.5,root@10.0.0.6"],
    readsConfig: true,
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
  {
    name: "synth",
    summary: "write the stack of VMs as a run would make it, and touch no cloud",
    options: [...configOptions, outDirOption],
    examples: ["lkload synth --vms 10"],
    readsConfig: true,
    load: async () => (await import("./synth.ts")).synthCommand,
  },
  {
    name: "config",
    summary: "show the resolved configuration and where each value came from",
    options: [...configOptions, jsonOption("as JSON")],
    examples: ["lkload config --participants 200"],
    readsConfig: true,
    load: async () => (await import("./config.ts")).configCommand,
  },
  {
    name: "init",
    summary: "write a commented starter configuration",
    argument: { name: "FILE", required: false, description: "default lkload.yaml" },
    options: [forceOption],
    examples: ["lkload init", "lkload init load/staging.yaml"],
    readsConfig: false,
    load: async () => (await import("./init.ts")).initCommand,
  },
  {
    name: "schema",
    summary: "print the JSON Schema of a file that lkload reads or writes",
    argument: { name: "NAME", required: false, description: "config (default), plan, result, hosts, doctor, gc" },
    options: [],
    examples: ["lkload schema > lkload.schema.json"],
    readsConfig: false,
    load: async () => (await import("./schema.ts")).schemaCommand,
  },
  {
    name: "scenarios",
    summary: "list the named loads",
    options: [jsonOption("as JSON")],
    examples: ["lkload scenarios"],
    readsConfig: false,
    load: async () => (await import("./scenarios.ts")).scenariosCommand,
  },
  {
    name: "runs",
    summary: "list the runs and what each still owns",
    options: [...folderOptions, jsonOption("as JSON")],
    examples: ["lkload runs"],
    readsConfig: false,
    load: async () => (await import("./runs.ts")).runsCommand,
  },
  {
    name: "report",
    summary: "print or write a report of an earlier run",
    argument: earlierRun,
    options: [...folderOptions, formatOption, outOption],
    examples: ["lkload report latest --format md --out report.md"],
    readsConfig: false,
    load: async () => (await import("./report.ts")).reportCommand,
  },
  {
    name: "analyse",
    summary: "make the result of an earlier run again from its raw files",
    argument: earlierRun,
    options: [...folderOptions],
    examples: ["lkload analyse latest"],
    readsConfig: false,
    load: async () => (await import("./analyse.ts")).analyseCommand,
  },
  {
    name: "destroy",
    summary: "remove what an earlier run left; safe to call again and again",
    argument: { name: "RUN", required: false, description: "needed where several runs own something" },
    options: [...folderOptions, allOption, jsonOption("events as NDJSON on standard output")],
    examples: ["lkload destroy", "lkload destroy --all"],
    readsConfig: false,
    load: async () => (await import("./destroy.ts")).destroyCommand,
  },
  {
    name: "gc",
    summary: "find what runs left in an OpenStack project, by the cloud's truth alone",
    details:
      "Needs no run folder. Only what carries lkload's two marks is ever shown or deleted. Exit codes: 0 done, 2 usage, 5 the cloud cannot be asked, 6 something could not be deleted.",
    argument: { name: "RUN", required: false, description: "a run's whole id (default: every run)" },
    options: [...gcOptions, jsonOption("what was found, deleted and left as JSON")],
    examples: ["lkload gc", "lkload gc --expired --yes", "lkload gc --older-than 12h --cloud acme --yes"],
    readsConfig: false,
    load: async () => (await import("./gc.ts")).gcCommand,
  },
];

export function findCommand(name: string): CommandDefinition | undefined {
  return commands.find((command) => command.name === name);
}
