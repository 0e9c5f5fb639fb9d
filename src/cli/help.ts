/** Help, made from the definitions of the commands. Pure. */
import { wrap } from "../config/problem.ts";
import { commands, type CommandDefinition } from "./commands.ts";
import type { OptionDefinition, OptionGroup } from "./options.ts";

const groups: readonly OptionGroup[] = ["Target", "Fleet", "Load", "Run", "Options"];
const widest = 100;

/** `lkload --help` */
export function programHelp(columns: number): string {
  return [
    "Usage: lkload COMMAND [OPTIONS]",
    "",
    ...wrap("Load tests of LiveKit from many hosts: one command from a file to a report.", fit(columns), "", ""),
    "",
    "Commands:",
    ...table(
      commands.map(({ name, argument, summary }) => [
        argument === undefined ? name : `${name} ${argumentText(argument)}`,
        summary,
      ]),
      columns,
    ),
    "",
    "Options:",
    ...table(
      [
        ["-h, --help", "this help; `lkload COMMAND --help` for a command's"],
        ["-V, --version", "the version"],
      ],
      columns,
    ),
    "",
    "Start:",
    "  lkload init                         write lkload.yaml",
    "  lkload run --local                  load from this machine",
    "  lkload run --hosts root@10.0.0.5    load from another one",
    "  lkload run --vms 10                 load from VMs that are made for it",
    "",
  ].join("\n");
}

/** `lkload COMMAND --help` */
export function commandHelp(command: CommandDefinition, columns: number): string {
  const { name, argument, summary, details, options, examples } = command;
  const usage = ["Usage: lkload", name, argument && argumentText(argument), "[OPTIONS]"].filter(Boolean).join(" ");
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  const help: OptionDefinition = { name: "--help", short: "-h", description: "this help", group: "Options" };
  const shown = [...options.filter((option) => option.refused === undefined), help];
  return [
    usage,
    "",
    ...wrap(sentence, fit(columns), "", ""),
    ...(details === undefined ? [] : wrap(details, fit(columns), "", "")),
    ...(argument === undefined ? [] : ["", "Argument:", ...table([[argument.name, argument.description]], columns)]),
    ...groups.flatMap((group) => groupHelp(group, shown, columns)),
    "",
    "Examples:",
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

/** All groups align by the widest option of the command. */
function groupHelp(group: OptionGroup, options: readonly OptionDefinition[], columns: number): string[] {
  const rows = options.filter((option) => option.group === group);
  const width = Math.max(...options.map((option) => optionText(option).length));
  const lines = table(
    rows.map((option) => [optionText(option), option.description]),
    columns,
    width,
  );
  return rows.length === 0 ? [] : ["", `${group}:`, ...lines];
}

function argumentText({ name, required }: NonNullable<CommandDefinition["argument"]>): string {
  return required ? name : `[${name}]`;
}

function optionText({ name, short, value }: OptionDefinition): string {
  return `${short === undefined ? "    " : `${short}, `}${name}${value === undefined ? "" : ` ${value}`}`;
}

function table(rows: readonly (readonly [string, string])[], columns: number, least = 0): string[] {
  const width = Math.max(least, ...rows.map(([left]) => left.length));
  const rest = " ".repeat(width + 4);
  return rows.flatMap(([left, right]) => wrap(right, fit(columns), `  ${left.padEnd(width)}  `, rest));
}

function fit(columns: number): number {
  return Math.min(columns, widest);
}
