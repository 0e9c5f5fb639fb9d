/** The two tables that lk prints at its end, as 2.18.2 prints them. */
export type Subscriber = {
  /** As lk numbers it: from the first participant without video. */
  number: number;
  tracks: readonly { sid: string; kind: "audio" | "video" }[];
  /** Tracks that its own process publishes. */
  expected: number;
  next: () => number;
};

export function loadingTable(subscribers: readonly Subscriber[], holdMs: number): string[] {
  const rows: string[][] = [];
  for (const { number, tracks, next } of sorted(subscribers)) {
    for (const [index, { sid, kind }] of tracks.entries()) {
      const packets = Math.round((holdMs / 1000) * (kind === "audio" ? 50 : 80) * (0.98 + next() * 0.02));
      const kbps = (kind === "audio" ? 18 + next() * 8 : 900 + next() * 400).toFixed(1);
      rows.push([index === 0 ? `Sub ${number}` : "", sid, kind, String(packets), `${kbps}kbps`, "0 (0%)"]);
    }
    rows.push(["", "", "", "", "", ""]);
  }
  return ["", "Track loading:", ...drawn(["Tester", "Track", "Kind", "Pkts.", "Bitrate", "Pkt. Loss"], rows)];
}

export function summaryTable(subscribers: readonly Subscriber[]): string[] {
  const rows = sorted(subscribers).map(({ number, tracks, expected, next }) => {
    const mbps = (4 + next()).toFixed(1);
    return [`Sub ${number}`, `${tracks.length}/${expected}`, `${mbps}mbps`, "0 (0%)", "-"];
  });
  const got = subscribers.reduce((sum, { tracks }) => sum + tracks.length, 0);
  const expected = subscribers.reduce((sum, one) => sum + one.expected, 0);
  rows.push(["Total", `${got}/${expected}`, "405.0mbps (4.5mbps avg)", "0 (0%)", "0"]);
  return ["", "Subscriber summaries:", ...drawn(["Tester", "Tracks", "Bitrate", "Total Pkt. Loss", "Error"], rows)];
}

/** As text: `Sub 10` comes before `Sub 2`. */
function sorted(subscribers: readonly Subscriber[]): Subscriber[] {
  return subscribers.toSorted((a, b) => (`Sub ${a.number}` < `Sub ${b.number}` ? -1 : 1));
}

function drawn(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const rule = (left: string, middle: string, right: string) =>
    `${left}${widths.map((width) => "─".repeat(width + 2)).join(middle)}${right}`;
  const line = (cells: readonly string[]) => `│ ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" │ ")} │`;
  return [rule("┌", "┬", "┐"), line(head), rule("├", "┼", "┤"), ...rows.map(line), rule("└", "┴", "┘")];
}
