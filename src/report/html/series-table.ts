/** The table twin of a chart: measured values only, one row per time slot. */
import type { Series } from "../../metrics/result.ts";
import { formatElapsed } from "../moment.ts";
import { formatBare } from "../quantity.ts";
import { timeStepMs } from "../scale.ts";
import type { TimeAxis } from "../time-axis.ts";
import { html, type Markup } from "./markup.ts";
import { table } from "./table.ts";

const mostRows = 60;

export function seriesTable(title: string, series: readonly Series[], axis: TimeAxis): Markup {
  const stepMs = timeStepMs(axis.toMs - axis.fromMs, mostRows);
  const slotCount = Math.ceil((axis.toMs - axis.fromMs) / stepMs);
  const columns = series.map((one) => lastOfEachSlot(one, axis, stepMs, slotCount));
  const rows = Array.from({ length: slotCount }, (_, slot) => ({
    cells: [
      formatElapsed(axis.fromMs + slot * stepMs - axis.zeroMs),
      ...series.map((one, index) => {
        const value = columns[index]?.[slot];
        return value === undefined ? html`<abbr title="not measured">–</abbr>` : formatBare(value, one.unit);
      }),
    ],
  }));
  const heads = [{ head: "Time from" }, ...series.map(({ name }) => ({ head: name, numeric: true }))];
  const caption = `${title}: last sample in each ${formatElapsed(stepMs)}; – where none was taken. All samples are in samples.csv.`;
  return html`<details class="twin">
    <summary>As a table</summary>
    ${table(caption, heads, rows, { isCaptionShown: true })}
  </details>`;
}

function lastOfEachSlot({ points }: Series, axis: TimeAxis, stepMs: number, slotCount: number): (number | undefined)[] {
  const slots: (number | undefined)[] = Array.from({ length: slotCount }, () => undefined);
  for (const [atMs, value] of points) {
    const slot = atMs === axis.toMs ? slotCount - 1 : Math.floor((atMs - axis.fromMs) / stepMs);
    if (slot >= 0 && slot < slotCount && value !== null) slots[slot] = value;
  }
  return slots;
}
