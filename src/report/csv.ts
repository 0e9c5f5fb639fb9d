/** `samples.csv`: every sample of every series, one per line (RFC 4180, with LF). */
import type { Result } from "../metrics/result.ts";
import { formatUtc } from "./moment.ts";

const columns = ["time", "series", "host", "value", "unit", "source"] as const;

/**
 * Long format. `time` is UTC with milliseconds; `series` is `group/name`; `host` is empty for the whole run; an empty
 * `value` is a gap, never 0.
 */
export function renderCsv(result: Result): string {
  const lines: string[] = [columns.join(",")];
  for (const { group, name, host, unit, source, points } of result.series) {
    const before = `${field(`${group}/${name}`)},${field(host ?? "")}`;
    const after = `${field(unit)},${field(source)}`;
    for (const [atMs, value] of points) {
      lines.push(`${formatUtc(atMs, "millisecond")},${before},${value === null ? "" : value},${after}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Quoted where needed. A leading =, +, - or @ gets an apostrophe, so that no spreadsheet takes a name for a formula. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
