/** The command line → what a command is given. Commander finds the options; every mistake is reported, not the first. */
import { Command } from "commander";
import { nearest } from "../config/nearest.ts";
import { noFlags } from "../config/flags.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { CommandDefinition } from "./commands.ts";
import { readOptions, type GivenOption } from "./flag-values.ts";
import type { Invocation, OptionDefinition } from "./options.ts";

export type Parsed = { invocation: Invocation; problems: readonly ConfigProblem[] };

/** @param argv what stands after the command's name */
export function parseArguments(definition: CommandDefinition, argv: readonly string[]): Parsed {
  const parser = new Command(definition.name);
  const given: GivenOption[] = [];
  for (const option of definition.options) {
    parser.option(flagsOf(option));
    parser.on(`option:${option.name.replace(/^--/, "")}`, (value?: string | null) => given.push({ option, value }));
  }
  const { operands, unknown } = parser.parseOptions([...argv]);
  const { options, flags } = readOptions(given);
  const problems = [
    ...unknown.filter((word) => word.startsWith("-") && word !== "--").map((word) => unknownOption(word, definition)),
    ...surplus(operands, definition),
    ...flags.problems,
  ];
  const args = operands.slice(0, definition.argument === undefined ? 0 : 1);
  if (definition.argument?.required === true && args.length === 0 && unknown.length === 0) {
    problems.push({ where: definition.argument.name, problem: `is needed: ${definition.argument.description}` });
  }
  return { invocation: { args, options, flags: { ...noFlags, values: flags.values, problems } }, problems };
}

/** Values are optional to commander, so that a missing one is reported here, beside everything else. */
function flagsOf({ name, short, value, refused }: OptionDefinition): string {
  const long = value === undefined && refused === undefined ? name : `${name} [value]`;
  return short === undefined ? long : `${short}, ${long}`;
}

function unknownOption(word: string, definition: CommandDefinition): ConfigProblem {
  // What follows `=` may be a secret.
  const where = word.replace(/=.*$/s, "");
  const names = definition.options.map((option) => option.name);
  const meant = nearest(where, [...names, "--help"]);
  const refused = definition.options.find((option) => option.name === meant)?.refused;
  if (refused !== undefined) return { where, problem: refused };
  const problem = `\`lkload ${definition.name}\` has no such option`;
  return { where, problem, suggestion: meant };
}

function surplus(operands: readonly string[], definition: CommandDefinition): ConfigProblem[] {
  const { argument, name } = definition;
  return operands.slice(argument === undefined ? 0 : 1).map((word) => ({
    where: word,
    problem:
      argument === undefined
        ? `\`lkload ${name}\` takes no argument, only options`
        : `\`lkload ${name}\` takes one argument`,
    suggestion: nearestOption(word, definition),
  }));
}

function nearestOption(word: string, { options }: CommandDefinition): string | undefined {
  return options.find(({ name, refused }) => refused === undefined && name === `--${word.replace(/[=:].*$/s, "")}`)
    ?.name;
}
