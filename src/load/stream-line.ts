/** One line of a host's `stream.log` (docs/host-protocol.md): `<time> <source> <text>`. */
export type StreamLine = {
  /** By the host's clock, epoch ms. */
  timeMs: number;
  /** A segment's id, `sup` or `smp`. */
  source: string;
  text: string;
};

/** Undefined for a line that is not whole: the last one of a host that went away. */
export function splitStreamLine(line: string): StreamLine | undefined {
  const first = line.indexOf(" ");
  if (first <= 0) return undefined;
  const second = line.indexOf(" ", first + 1);
  const sourceEnd = second < 0 ? line.length : second;
  if (sourceEnd === first + 1) return undefined;
  const timeMs = Number(line.slice(0, first)) * 1000;
  if (!(timeMs > 0)) return undefined;
  return { timeMs, source: line.slice(first + 1, sourceEnd), text: second < 0 ? "" : line.slice(second + 1) };
}
