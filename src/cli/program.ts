/** The `lkload` command: finds the command that is meant, and tells what went wrong. */
import { nearest } from "../config/nearest.ts";
import { ConfigError, type ConfigProblem } from "../config/problem.ts";
import { exitCodes } from "../errors.ts";
import { commands, findCommand, type CommandDefinition } from "./commands.ts";
import { tellFailure } from "./failure.ts";
import { commandHelp, programHelp } from "./help.ts";
import type { System } from "./system.ts";
import { version } from "../version.ts";

/**
 * Runs one `lkload` call: what it makes goes to `system.stdout`, all else to `system.stderr`. Never throws.
 * @param argv the words after `lkload`
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], system: System): Promise<number> {
  try {
    return answer(argv, system) ?? (await runCommand(argv, system));
  } catch (error) {
    return tellFailure(error, system);
  }
}

/** Help and version, which need nothing but this; undefined where a command is to be run. */
function answer(argv: readonly string[], system: System): number | undefined {
  const words = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined);
  const help = words.some((word) => word === "--help" || word === "-h") || words[0] === "help";
  const named = words.find((word) => !word.startsWith("-") && word !== "help");
  if (help) {
    const command = named === undefined ? undefined : findCommand(named);
    if (named !== undefined && command === undefined && words.indexOf(named) <= 1) throw unknownCommand(named);
    const { columns } = system.stdout;
    system.stdout.write(command === undefined ? programHelp(columns) : commandHelp(command, columns));
    return exitCodes.pass;
  }
  if (words[0] === "--version" || words[0] === "-V") {
    system.stdout.write(`${version()}\n`);
    return exitCodes.pass;
  }
  if (argv.length > 0) return undefined;
  system.stderr.write(programHelp(system.stderr.columns));
  return exitCodes.usage;
}

async function runCommand(argv: readonly string[], system: System): Promise<number> {
  const command = commandOf(argv);
  const { parseArguments } = await import("./parse.ts");
  const { invocation, problems } = parseArguments(command, argv.slice(1));
  // Commands that load the configuration report these together with its own problems.
  if (problems.length > 0 && !command.readsConfig) throw usageError(problems, command);
  const execute = await command.load();
  return execute(invocation, system);
}

function commandOf(argv: readonly string[]): CommandDefinition {
  const [name = "", ...rest] = argv;
  const command = findCommand(name);
  if (command !== undefined) return command;
  if (!name.startsWith("-")) throw unknownCommand(name);
  const later = rest.find((word) => findCommand(word) !== undefined);
  const problem =
    later === undefined
      ? "a command comes first: lkload COMMAND [OPTIONS]"
      : `stands after the command: lkload ${later} ${bare(name)}`;
  const suggestion = later === undefined ? nearest(name, ["--help", "--version"]) : undefined;
  throw new ConfigError([{ where: bare(name), problem, suggestion }], { hint: "`lkload --help` lists the commands" });
}

/** Without a value, which may be a secret. */
function bare(option: string): string {
  return option.replace(/=.*$/s, "");
}

function unknownCommand(name: string): ConfigError {
  const names = commands.map((command) => command.name);
  return new ConfigError(
    [{ where: name, problem: `there is no such command, only ${names.join(", ")}`, suggestion: nearest(name, names) }],
    { hint: "`lkload --help` says what each does" },
  );
}

function usageError(problems: readonly ConfigProblem[], command: CommandDefinition): ConfigError {
  return new ConfigError(problems, { hint: `\`lkload ${command.name} --help\` lists its options` });
}
