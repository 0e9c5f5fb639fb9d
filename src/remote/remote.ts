/** What lkload needs of a machine that generates load, whether it is reached over SSH or is this one. */
import type { Readable, Writable } from "node:stream";

export type ExecOptions = {
  /** Sent to the command's standard input, which is closed after it. Nothing: closed at once. */
  stdin?: string | Readable;
  /** Gets standard output as it comes, instead of the result; a Writable that is slow slows the command down. */
  stdout?: Writable | ((chunk: Buffer) => void);
  signal?: AbortSignal;
  /** The command is ended and a `timeout` {@link RemoteError} thrown. Default 60 s; 0 for no limit. */
  timeoutMs?: number;
  /** Run as root where the host allows it (see {@link Remote.privileged}). */
  become?: boolean;
};

/** `exitCode`: 128 + n for a command that died of signal n. `stderr`: its last 64 KiB. */
export type ExecResult = { exitCode: number; stdout: string; stderr: string };

export type OpenOptions = Pick<ExecOptions, "signal" | "become">;

/** A command that runs while its input and output are in use. Disposing of it ends it. */
export interface RemoteProcess extends AsyncDisposable {
  readonly stdin: Writable;
  /** Must be read to its end (or destroyed) for {@link done} to come. */
  readonly stdout: Readable;
  /**
   * Settles when the command has ended and its output is closed.
   * @throws {RemoteError} kind `connection`, or `aborted` by the signal that it was opened with
   */
  readonly done: Promise<Omit<ExecResult, "stdout">>;
  /**
   * Ends the command with everything in its process group: SIGTERM, then SIGKILL after a second. What has moved to a
   * process group of its own (`setsid`) goes on. Returns when the command is gone. Where the connection is lost too,
   * and a new one fails, that can't be known: then it returns within 10 s, and {@link done} throws.
   */
  kill(): Promise<void>;
}

/**
 * One host. Calls may overlap. A connection that was lost is opened again by the next call; the call that lost it
 * throws a `connection` {@link RemoteError}. Commands run with `LC_ALL=C`.
 */
export interface Remote extends AsyncDisposable {
  readonly host: string;
  /** How `become` is carried out on this host: nothing needed, `sudo -n`, or not at all. */
  readonly privileged: "root" | "sudo" | "no";
  /**
   * Runs one command given as argv data: every word reaches the command as it is, no shell expands it.
   * A command that exits other than 0 is a result, not an error. A command that timed out or was aborted is ended as
   * {@link RemoteProcess.kill} does it, before this throws.
   * @throws {RemoteError} kind `connection`, `refused`, `timeout` or `aborted`
   * @throws {TypeError} when a word can't be passed (NUL), or all of them are more than 100 KiB: that goes over stdin
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts one command to talk with, or to follow. @throws as {@link exec} */
  open(argv: readonly string[], options?: OpenOptions): Promise<RemoteProcess>;
  /** Ends what still runs, and the connection. */
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
