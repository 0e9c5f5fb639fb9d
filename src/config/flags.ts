/** What was typed on the command line, in the configuration's terms. */
import type { ConfigProblem } from "./problem.ts";

/** One flag that sets something in the configuration. */
export type FlagValue = {
  /** As typed, for messages: `--participants`. */
  readonly flag: string;
  /** Where it lands: `["load", "participants"]`. */
  readonly path: readonly string[];
  /** In the shape that a file would have; text that does not fit stays text, for the schema to refuse. */
  readonly value: unknown;
};

export type FlagValues = {
  readonly values: readonly FlagValue[];
  /** What cannot be placed in the configuration at all: reported together with the problems of its values. */
  readonly problems: readonly ConfigProblem[];
};

export const noFlags: FlagValues = { values: [], problems: [] };
