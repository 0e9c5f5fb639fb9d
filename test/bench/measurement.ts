/** What the bench consists of: measurements, each of which gives rows of one table. */
import type { Progress } from "../lab/progress.ts";
import type { Tool } from "../lab/tools.ts";

export type BenchContext = { progress: Progress; signal: AbortSignal };

export type Measurement = {
  /** How it is called on the command line. */
  name: string;
  /** Programs of the operating system that it needs. */
  tools: readonly Tool[];
  /** @throws Error when it could not be made. A missed target is a row like any other. */
  run(context: BenchContext): Promise<Row[]>;
};

export type Unit = "ms" | "s" | "MB" | "% of a core";

export type Row = {
  name: string;
  unit: Unit;
  measured: number;
  /** Measured in the same run, in the same unit. */
  peer: { name: string; value: number } | null;
  /**
   * `times-at-most`: measured ÷ peer; `times-faster`: peer ÷ measured; `at-most`: measured itself.
   * Null: shown to understand the other rows.
   */
  target: { kind: "times-at-most" | "times-faster" | "at-most"; value: number } | null;
  /** How it was measured, and what else was seen. */
  note: string;
};

/** The row's ratio against its peer, the way its target counts it; null for rows without one. */
export function ratioOf(row: Row): number | null {
  if (row.peer === null) return null;
  return row.target?.kind === "times-faster" ? row.peer.value / row.measured : row.measured / row.peer.value;
}

/** Null for rows without a target. */
export function isMet(row: Row): boolean | null {
  const ratio = ratioOf(row);
  switch (row.target?.kind) {
    case undefined:
      return null;
    case "at-most":
      return row.measured <= row.target.value;
    case "times-at-most":
      return ratio !== null && ratio <= row.target.value;
    case "times-faster":
      return ratio !== null && ratio >= row.target.value;
  }
}
