/** A contradiction between settings that are all right by themselves. */
export type RuleProblem = {
  /** The settings concerned, dotted; the first is the one to blame. */
  readonly paths: readonly string[];
  readonly given?: string;
  readonly problem: string;
  readonly suggestion?: string;
};
