/** The words after `lkload` → the command that is meant, and what it is given. */
import { nearest } from "../config/nearest.ts";
import { ConfigError } from "../config/problem.ts";
import { commands, findCommand, type CommandDefinition } from "./commands.ts";
import type { Invocation } from "./options.ts";
import { parseArguments } from "./parse-arguments.ts";

/** @throws {ConfigError} exit code 2; of commands that load the configuration, only where the command is unknown */
export function parseCall(argv: readonly string[]): { command: CommandDefinition; invocation: Invocation } {
  const [name = "", ...rest] = argv[0] === "help" ? argv.slice(1) : argv;
  const command = findCommand(name);
  if (command === undefined) throw name.startsWith("-") ? optionFirst(name, rest) : unknownCommand(name);
  const { invocation, problems } = parseArguments(command, rest);
  // Commands that load the configuration report these together with its own problems.
  if (problems.length > 0 && !command.readsConfig) {
    throw new ConfigError(problems, { hint: `\`lkload ${command.name} --help\` lists its options` });
  }
  return { command, invocation };
}

function optionFirst(option: string, rest: readonly string[]): ConfigError {
  // What follows `=` may be a secret.
  const where = option.replace(/=.*$/s, "");
  const later = rest.find((word) => findCommand(word) !== undefined);
  const problem =
    later === undefined
      ? "a command comes first: lkload COMMAND [OPTIONS]"
      : `stands after the command: lkload ${later} ${where}`;
  const suggestion = later === undefined ? nearest(where, ["--help", "--version"]) : undefined;
  return new ConfigError([{ where, problem, suggestion }], { hint: "`lkload --help` lists the commands" });
}

function unknownCommand(name: string): ConfigError {
  const names = commands.map((command) => command.name);
  return new ConfigError(
    [{ where: name, problem: `there is no such command, only ${names.join(", ")}`, suggestion: nearest(name, names) }],
    { hint: "`lkload --help` says what each does" },
  );
}
