/** What was typed on the command line, in the configuration's terms. */

/** One flag that sets something in the configuration. */
export type FlagValue = {
  /** As typed, for messages: `--participants`. */
  readonly flag: string;
  /** Where it lands: `["load", "participants"]`. */
  readonly path: readonly string[];
  /** In the shape that a file would have; text that does not fit stays text, for the schema to refuse. */
  readonly value: unknown;
};

/** A flag whose value cannot even be placed in the configuration: reported together with all other problems. */
export type FlagProblem = {
  readonly flag: string;
  readonly given: string;
  /** What is allowed there. */
  readonly allowed: string;
  readonly suggestion?: string;
};

export type FlagValues = {
  readonly values: readonly FlagValue[];
  readonly problems: readonly FlagProblem[];
};

export const noFlags: FlagValues = { values: [], problems: [] };
