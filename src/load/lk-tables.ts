/**
 * The two tables that lk prints at its end, for all releases since 2.0:
 * - `Track loading:` and `Subscriber summaries:` in the box drawing of lipgloss; neither without subscribers.
 * - The texts of errors may span rows: their further rows have blank cells elsewhere.
 * - 2.3.1 to 2.5.0 print Total's error count as the character of that code, so that 48 errors read `0`: the count is
 *   taken from the subscribers' own rows instead. 2.0.0 to 2.3.0 print stray lines between.
 * Built line by line, so that a stream can be fed as it comes.
 */
import type { LkLine } from "./lk-line.ts";

export type LkTrackRow = {
  /** As lk names it: `Sub N`, N = index − video publishers. */
  tester: string;
  trackSid: string;
  kind: string;
  packets: number;
  bitrateBps: number | null;
  /** Drop events of lk's sample builder; null where lk shows ` - `. */
  drops: number | null;
};

export type LkSummaryRow = {
  tester: string;
  tracks: number;
  expected: number;
  bitrateBps: number | null;
  drops: number | null;
  /** Null where lk shows `-`. */
  error: string | null;
};

export type LkTotalRow = {
  tracks: number;
  expected: number;
  bitrateBps: number | null;
  drops: number | null;
};

export class LkTables {
  readonly tracks: LkTrackRow[] = [];
  readonly summaries: LkSummaryRow[] = [];
  total: LkTotalRow | null = null;
  #table: "tracks" | "summaries" | undefined;
  #heading = true;
  #tester = "";

  /** Takes every line of the process; those that are not of a table are passed over. */
  add(line: LkLine): void {
    if (line.type === "table-title") {
      this.#table = line.table;
      this.#heading = true;
      this.#tester = "";
    } else if (line.type === "table-row" && this.#table !== undefined) {
      if (this.#heading) this.#heading = line.cells[0] !== "Tester";
      else if (this.#table === "tracks") this.#trackRow(line.cells);
      else this.#summaryRow(line.cells);
    }
  }

  #trackRow(cells: string[]): void {
    const [tester = "", trackSid = "", kind = "", packets = "", bitrate = "", drops = ""] = cells;
    if (tester !== "") this.#tester = tester;
    if (trackSid === "" || !/^\d+$/.test(packets)) return;
    this.tracks.push({
      tester: this.#tester,
      trackSid,
      kind,
      packets: Number(packets),
      bitrateBps: parseBitrate(bitrate),
      drops: parseDrops(drops),
    });
  }

  #summaryRow(cells: string[]): void {
    const [tester = "", counts = "", bitrate = "", drops = "", error = ""] = cells;
    const match = /^(\d+)\/(\d+)$/.exec(counts);
    if (!match) {
      const open = this.total === null ? this.summaries.at(-1) : undefined;
      if (tester === "" && open?.error && error !== "") open.error += `\n${error}`;
      return;
    }
    const row = {
      tracks: Number(match[1]),
      expected: Number(match[2]),
      bitrateBps: parseBitrate(bitrate),
      drops: parseDrops(drops),
    };
    if (tester === "Total") this.total = row;
    else this.summaries.push({ tester, ...row, error: error === "-" || error === "" ? null : error });
  }
}

/** `812bps`, `25.9kbps`, `1.2mbps`, with anything behind it; null for `NaNmbps`. */
function parseBitrate(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(k|m)?bps/.exec(text);
  if (!match) return null;
  const scale = match[2] === "m" ? 1e6 : match[2] === "k" ? 1e3 : 1;
  return Math.round(Number(match[1]) * scale);
}

/** `3 (0.5%)`; null for ` - `: no packets, so nothing to drop. */
function parseDrops(text: string): number | null {
  const match = /^(\d+) \(/.exec(text);
  return match ? Number(match[1]) : null;
}
