/** Exit codes of the `lkload` command: part of its interface, listed in the README. */
export const exitCodes = {
  pass: 0,
  bug: 1,
  usage: 2,
  thresholdsFailed: 3,
  invalid: 4,
  infrastructure: 5,
  teardownIncomplete: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure that lkload knows: shown as one line and a hint, never as a stack. */
export class LkloadError extends Error {
  readonly exitCode: ExitCode;
  /** What the reader can do about it. */
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "LkloadError";
    this.exitCode = exitCode;
    this.hint = options.hint;
  }
}
