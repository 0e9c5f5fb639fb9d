/** What lkload needs of a machine that generates load, whether it is reached over SSH or is this one. */
import type { Readable, Writable } from "node:stream";

export type ExecOptions = {
  /** Sent to the command's standard input, which is closed after it. Nothing: closed at once. */
  stdin?: string | Readable;
  /** Gets standard output as it comes, instead of the result. */
  stdout?: Writable | ((chunk: Buffer) => void);
  signal?: AbortSignal;
  /** The command is ended and a `timeout` {@link RemoteError} thrown. Default 60 s; 0 for no limit. */
  timeoutMs?: number;
  /** Run as root where the host allows it (see {@link Remote.privileged}). */
  become?: boolean;
};

export type ExecResult = { exitCode: number; stdout: string; stderr: string };

/**
 * One host. Calls may overlap. A connection that was lost is opened again by the next call; the call that lost it
 * throws a `connection` {@link RemoteError}.
 */
export interface Remote extends AsyncDisposable {
  readonly host: string;
  /** How `become` is carried out on this host: nothing needed, `sudo -n`, or not at all. */
  readonly privileged: "root" | "sudo" | "no";
  /**
   * Runs one command given as argv data: every word reaches the command as it is, no shell expands it.
   * A command that exits other than 0 is a result, not an error.
   * @throws {RemoteError} kind `connection`, `timeout` or `aborted`
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  close(): Promise<void>;
}

export type RemoteErrorKind =
  /** The host could not be reached, refused us, or the connection broke: worth another try. */
  | "connection"
  /** The host's key is unknown or changed, or no credential was accepted: another try gives the same. */
  | "refused"
  /** The command took too long. */
  | "timeout"
  /** The caller's signal ended it. */
  | "aborted"
  /** The command ran and failed. */
  | "command";

/** What failed on which host, with what to do about it. */
export class RemoteError extends Error {
  readonly kind: RemoteErrorKind;
  readonly host: string;
  readonly hint: string | undefined;

  constructor(kind: RemoteErrorKind, host: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(`${host}: ${message}`, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "RemoteError";
    this.kind = kind;
    this.host = host;
    this.hint = options.hint;
  }
}
