/** Rows as text: for the terminal, and as Markdown for docs/bench.md. */
import { isMet, ratioOf, type Row } from "./measurement.ts";

const head = ["what", "measured", "peer", "ratio", "target", "met"] as const;

function cells(row: Row): string[] {
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    row.name,
    withUnit(row.measured, row.unit),
    row.peer === null ? "" : `${row.peer.name}: ${withUnit(row.peer.value, row.unit)}`,
    ratio === null ? "" : `${ratio.toFixed(2)} ×`,
    targetOf(row),
    met === null ? "" : met ? "yes" : "NO",
  ];
}

function targetOf({ target, unit }: Row): string {
  switch (target?.kind) {
    case undefined:
      return "";
    case "times-at-most":
      return `≤ ${target.value} ×`;
    case "times-faster":
      return `≥ ${target.value} × faster`;
    case "at-most":
      return `≤ ${target.value} ${unit}`;
  }
}

function withUnit(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

export function renderTable(rows: readonly Row[]): string {
  const lines = [head, ...rows.map(cells)].map((line) => line.map((cell) => cell.replaceAll("`", "")));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const [title = "", ...rest] = text;
  const notes = rows.map((row) => `  ${row.name.replaceAll("`", "")}: ${row.note}`);
  return [title, widths.map((width) => "─".repeat(width)).join("  "), ...rest, "", ...notes, ""].join("\n");
}

export function renderMarkdown(rows: readonly Row[]): string {
  const line = (columns: readonly string[]) => `| ${columns.join(" | ")} |`;
  return [
    line(head),
    line(head.map(() => "---")),
    ...rows.map((row) => line(cells(row))),
    "",
    ...rows.map((row) => `- **${row.name}**: ${row.note}.`),
    "",
  ].join("\n");
}
