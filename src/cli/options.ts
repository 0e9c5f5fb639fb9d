import type { FlagValues } from "../config/flags.ts";

/** What a command gets: its own arguments and options, and the flags that override the configuration. */
export type Invocation = {
  readonly args: readonly string[];
  /** By their camel-case names: `--run-id r1` is `runId: "r1"`. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly flags: FlagValues;
};
