/** Tables and paragraphs in columns of plain characters. */
import stringWidth from "string-width";

export type TextColumn = {
  readonly title: string;
  readonly align: "left" | "right";
  /** Gives way, down to eight columns, where the table is too wide. */
  readonly isFlexible?: boolean;
};

const gap = "  ";
const leastFlexible = 8;

/** Lines without trailing spaces, the first with the titles, none wider than `columns` where flexible columns allow. */
export function textTable(
  heads: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const widths = heads.map((head, i) =>
    Math.max(...[head.title, ...rows.map((row) => row[i]!)].map((s) => stringWidth(s))),
  );
  let excess = widths.reduce((a, b) => a + b, 0) + gap.length * (heads.length - 1) - columns;
  while (excess > 0) {
    const widest = heads
      .map((head, i) => ({ i, width: head.isFlexible === true ? widths[i]! : 0 }))
      .reduce((a, b) => (b.width > a.width ? b : a));
    if (widest.width <= leastFlexible) break;
    widths[widest.i]! -= 1;
    excess -= 1;
  }
  return [heads.map((head) => head.title), ...rows].map((row) =>
    row
      .map((cell, i) => pad(cutMiddle(cell, widths[i]!), widths[i]!, heads[i]!.align))
      .join(gap)
      .trimEnd(),
  );
}

/** `load-test-room-vm-12` in 11 columns: `load-…vm-12`. Names differ at their ends. */
export function cutMiddle(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  for (let kept = width - 1; ; kept--) {
    const tail = Math.floor(kept / 2);
    const cut = [...characters.slice(0, kept - tail), "…", ...characters.slice(characters.length - tail)].join("");
    if (kept <= 0 || stringWidth(cut) <= width) return cut;
  }
}

/** Words in lines of at most `columns`, the second and further ones indented like the first one's text. */
export function wrapped(lead: string, text: string, columns: number): string[] {
  const indent = " ".repeat(stringWidth(lead));
  const lines: string[] = [];
  let line = lead;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && stringWidth(`${line} ${word}`) > columns) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(0, width - stringWidth(text)));
  return align === "left" ? text + spaces : spaces + text;
}
