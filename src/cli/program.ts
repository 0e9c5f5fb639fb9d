/** The `lkload` command. Help and version load next to nothing: all else is imported when it is needed. */
import { exitCodes } from "../errors.ts";
import { findCommand } from "./commands.ts";
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
    return answer(argv, system) ?? (await call(argv, system));
  } catch (error) {
    const { tellFailure } = await import("./failure.ts");
    return tellFailure(error, system);
  }
}

/** Help and version; undefined where a command is to be run. */
function answer(argv: readonly string[], system: System): number | undefined {
  const words = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined);
  if (words.includes("--help") || words.includes("-h") || words[0] === "help") return help(words, system);
  if (words[0] === "--version" || words[0] === "-V") {
    system.stdout.write(`${version()}\n`);
    return exitCodes.pass;
  }
  if (argv.length > 0) return undefined;
  system.stderr.write(programHelp(system.stderr.columns));
  return exitCodes.usage;
}

/** Of the command that is named, or of lkload; undefined where the name is no command's. */
function help(words: readonly string[], { stdout }: System): number | undefined {
  const name = words.find((word) => !word.startsWith("-") && word !== "help");
  const command = name === undefined ? undefined : findCommand(name);
  if (name !== undefined && command === undefined) return undefined;
  stdout.write(command === undefined ? programHelp(stdout.columns) : commandHelp(command, stdout.columns));
  return exitCodes.pass;
}

async function call(argv: readonly string[], system: System): Promise<number> {
  const { parseCall } = await import("./parse-call.ts");
  const { command, invocation } = parseCall(argv);
  const execute = await command.load();
  return execute(invocation, system);
}
