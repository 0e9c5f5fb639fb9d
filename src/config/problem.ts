import { exitCodes, LkloadError } from "../errors.ts";

/** One thing that is wrong with a file, a flag, an environment variable, or a combination of them. */
export type ConfigProblem = {
  /** `lkload.yaml:12:5`, `--participants`, `LIVEKIT_URL`. */
  readonly where: string;
  /** The setting: `load.participants`. Absent where the problem is not about one. */
  readonly path?: string | undefined;
  /** The value as it may be shown: never a secret. */
  readonly given?: string | undefined;
  /** What is wrong or allowed, as a sentence without its full stop. */
  readonly problem: string;
  /** The nearest thing that would be right. */
  readonly suggestion?: string | undefined;
};

/** Every problem of the configuration, at once. Exit code 2: nothing was created. */
export class ConfigError extends LkloadError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: { hint?: string | undefined } = {}) {
    super(exitCodes.usage, formatProblems(problems, 80), options);
    this.name = "ConfigError";
    this.problems = problems;
  }

  /** The message, wrapped to a terminal's width. */
  format(columns: number): string {
    return formatProblems(this.problems, columns);
  }
}

/** A headline and one indented block per problem. */
export function formatProblems(problems: readonly ConfigProblem[], columns: number): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${count}, nothing was started`, ...problems.map((p) => formatProblem(p, columns))].join("\n\n");
}

function formatProblem({ where, path, given, problem, suggestion }: ConfigProblem, columns: number): string {
  const setting = [path, given].filter((part) => part !== undefined && part !== "").join(": ");
  const headline = setting === "" ? where : `${where}  ${setting}`;
  const advice =
    suggestion === undefined ? problem : `${problem}; did you mean ${suggestion.replaceAll(" ", noBreak)}?`;
  return [...wrap(headline, columns, "  ", "    "), ...wrap(advice, columns, "      ", "      ")].join("\n");
}

/** Keeps a suggestion in one piece while lines are broken. */
const noBreak = "\u00A0";

/** Breaks at spaces; a word that is longer than a line stays whole, so that it can be copied. */
export function wrap(text: string, columns: number, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].map((l) => l.replaceAll(noBreak, " "));
}
