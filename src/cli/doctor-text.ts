/** What `lkload doctor` shows. Pure. */
import { styleText } from "node:util";
import { wrapped } from "../report/text-table.ts";
import { visibleText } from "../report/visible-text.ts";
import type { DoctorDocument } from "../doctor/document.ts";

type Shown = DoctorDocument["checks"][number];

export type DoctorTextOptions = { columns: number; color: boolean; tookMs: number };

const words: Record<Shown["status"], string> = { ok: "ok", problem: "problem", "not applicable": "–" };
const styles = { ok: "green", problem: "red", "not applicable": "dim" } as const;
const statusWidth = 7;
const leastColumns = 60;
/** More hosts than this that are all right are counted, not listed. */
const listed = 10;

/** Group by group, a line per check, a remedy below each problem; ends with a line break. */
export function doctorText({ checks }: DoctorDocument, { columns, color, tookMs }: DoctorTextOptions): string {
  const width = Math.max(leastColumns, columns);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const lines: string[] = [];
  for (const [group, all] of Map.groupBy(checks, (check) => check.group)) {
    lines.push(paint("bold", group));
    const { shown, more } = shorten(all);
    const nameWidth = Math.min(20, Math.max(...shown.map(({ name }) => name.length)));
    for (const check of shown) {
      const lead = `  ${words[check.status].padEnd(statusWidth)}  ${check.name.padEnd(nameWidth)}  `;
      const [first = "", ...rest] = wrapped(lead, visibleText(check.seen), width);
      const status = paint(styles[check.status], words[check.status].padEnd(statusWidth));
      lines.push(`  ${status}${first.slice(2 + statusWidth)}`, ...rest);
      if (check.status !== "problem") continue;
      lines.push(...wrapped(`${" ".repeat(lead.length)}→ `, visibleText(check.remedy), width));
    }
    if (more > 0) lines.push(`  ${paint("green", "ok".padEnd(statusWidth))}  and ${more} more`);
    lines.push("");
  }
  lines.push(summary(checks, tookMs));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function shorten(checks: readonly Shown[]): { shown: readonly Shown[]; more: number } {
  if (checks.length <= listed) return { shown: checks, more: 0 };
  let fine = 0;
  const shown = checks.filter(({ status }) => status !== "ok" || ++fine <= 3);
  return { shown, more: checks.length - shown.length };
}

function summary(checks: readonly Shown[], tookMs: number): string {
  const count = (status: Shown["status"]) => checks.filter((check) => check.status === status).length;
  const problems = count("problem");
  const text = problems === 0 ? "no problem" : problems === 1 ? "1 problem" : `${problems} problems`;
  return `${text}, ${count("ok")} ok, ${count("not applicable")} not applicable, in ${(tookMs / 1000).toFixed(1)} s`;
}
