/** Everything of the process that commands may use: injected, so that whole commands run inside tests. */
export interface System {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly pid: number;
  readonly nodeVersion: string;
  /** The product: reports, JSON, lists. */
  readonly stdout: Output;
  /** Progress, warnings, errors. */
  readonly stderr: Output;
  /** Epoch ms. */
  now(): number;
  /**
   * Aborted at the first SIGINT, SIGTERM or SIGHUP, with {@link Interrupted} as the reason.
   * Commands end what they do, clean up, and exit 130.
   */
  readonly interrupt: AbortSignal;
  /** Aborted at the second signal: give up cleaning up as well. */
  readonly forced: AbortSignal;
  /** How this process was started, pasteable: `lkload run --local`. */
  readonly commandLine: string;
}

export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width in columns; 80 where there is no terminal. */
  readonly columns: number;
}

export class Interrupted extends Error {
  readonly signalName: string;
  constructor(signalName: string) {
    super(`interrupted by ${signalName}`);
    this.name = "Interrupted";
    this.signalName = signalName;
  }
}
