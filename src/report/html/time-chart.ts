/** One chart of the stack: lines over the shared time axis, with their numbers in words and as a table. */
import type { Result, Series } from "../../metrics/result.ts";
import { splitAtGaps, thin } from "../gaps.ts";
import { formatCount, formatBare } from "../quantity.ts";
import { valueTicks } from "../scale.ts";
import { groupTitle, type SeriesGroup } from "../series-groups.ts";
import { type PhaseBand, shareOf, type TimeAxis, within } from "../time-axis.ts";
import { saturatedPercent } from "../../metrics/saturation.ts";
import type { EventMark } from "./event-marks.ts";
import { html, type Markup } from "./markup.ts";
import { eventLines, phaseShades, space, stretched, timeTicks } from "./plot.ts";
import { seriesTable } from "./series-table.ts";

const height = 140;
/** Lines of one chart differ in colour and in dashes; more than these would not. */
export const mostLines = 6;
const slots = 400;

export interface ChartFrame {
  readonly result: Result;
  readonly axis: TimeAxis;
  readonly bands: readonly PhaseBand[];
  readonly marks: readonly EventMark[];
}

interface Limit {
  readonly value: number;
  readonly label: string;
}

export function timeChart(group: SeriesGroup, frame: ChartFrame): Markup {
  const { axis, bands, marks, result } = frame;
  const shown = group.series.slice(0, mostLines);
  const limit = limitOf(group, result);
  const ticks = chartTicks(group.unit, shown, limit);
  const bottom = ticks[0] ?? 0;
  const top = ticks.at(-1) ?? 1;
  const y = (value: number) => 1 - (value - bottom) / (top - bottom);
  return html`<figure class="chart">
    <figcaption>
      <h3>${groupTitle(group)}</h3>
      ${legend(shown, result)}
    </figcaption>
    <svg
      class="plot"
      width="100%"
      height="${height + 20}"
      role="img"
      aria-label="${groupTitle(group)} over time: ${shown.map((one) => summary(one, result)).join("; ")}"
    >
      ${phaseShades(axis, bands, height)} ${ticks.map((tick) => grid(tick, y(tick), group.unit))}
      ${timeTicks(axis, height)} ${eventLines(axis, marks, height)}
      ${limit && limit.value <= top ? limitLine(limit, y(limit.value)) : null}
      ${stretched(height, ...shown.map((one, index) => html`<path class="line s${index}" d="${path(one, axis, y)}" />`))}
    </svg>
    ${seriesTable(groupTitle(group), shown, axis)}
  </figure>`;
}

function limitOf({ name, unit, series }: SeriesGroup, { thresholds }: Result): Limit | undefined {
  if (unit !== "%") return undefined;
  if (/core|cpu/i.test(name)) return { value: saturatedPercent, label: `saturated above ${saturatedPercent} %` };
  const threshold = [name, ...series.map((one) => one.name)].some((word) => /\blos[st]\b/i.test(word))
    ? thresholds.find(({ metric }) => metric === "loss")
    : undefined;
  return threshold && { value: threshold.target, label: `limit ${threshold.target} %` };
}

function chartTicks(unit: string, series: readonly Series[], limit: Limit | undefined): number[] {
  let low = 0;
  let high = 0;
  for (const { points } of series) {
    for (const [, value] of points) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (unit === "%" && high > 50 && high <= 100) return [0, 25, 50, 75, 100];
  // The limit is part of the picture unless the lines are so far below it that it would flatten them.
  if (limit && limit.value < high * 6) high = Math.max(high, limit.value * 1.05);
  return valueTicks(low, high);
}

function grid(value: number, share: number, unit: string): Markup {
  const y = Math.round(share * height * 10) / 10;
  return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" /><text class="value" x="-8" y="${y + 4}"
      >${formatBare(value, unit)}</text
    >`;
}

function limitLine({ label }: Limit, share: number): Markup {
  const y = Math.round(share * height * 10) / 10;
  return html`<line class="limit" x1="0" x2="100%" y1="${y}" y2="${y}" /><text class="limit-label" x="100%" y="${y - 4}"
      >${label}</text
    >`;
}

function path(series: Series, axis: TimeAxis, y: (value: number) => number): string {
  const slotMs = (axis.toMs - axis.fromMs) / slots;
  return splitAtGaps(within(axis, series.points))
    .map((piece) => {
      const points = thin(piece, slotMs).map(([atMs, value]) => {
        const x = Math.round(shareOf(axis, atMs) * space.width * 10) / 10;
        return `${x} ${Math.round(y(value) * space.height)}`;
      });
      // A point between two gaps is drawn as a dot.
      return points.length === 1 ? `M${points[0]}h0` : `M${points.join("L")}`;
    })
    .join("");
}

function legend(series: readonly Series[], result: Result): Markup {
  return html`<ul class="legend">
    ${series.map(
      (one, index) =>
        html`<li>
          <svg class="swatch" width="26" height="8" aria-hidden="true">
            <line class="line s${index}" x1="1" x2="25" y1="4" y2="4" />
          </svg>
          <b>${one.name}</b> <span>${steadyWords(one, result)}</span> <small>· ${one.source}</small>
        </li>`,
    )}
  </ul>`;
}

const summary = (one: Series, result: Result) => `${one.name}, ${steadyWords(one, result)}`;

/** Mean and extremes of the samples in the steady window, or of all samples where there is none. */
function steadyWords({ points, unit }: Series, { phases }: Result): string {
  const isIn = (atMs: number) => phases.steady && atMs >= phases.steady.fromMs && atMs <= phases.steady.toMs;
  const steady = points.some(([atMs, value]) => value !== null && isIn(atMs)) ? phases.steady : null;
  let n = 0;
  let sum = 0;
  let low = Infinity;
  let high = -Infinity;
  for (const [atMs, value] of points) {
    if (value === null || (steady && (atMs < steady.fromMs || atMs > steady.toMs))) continue;
    n++;
    sum += value;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const window = steady ? "steady" : "whole load";
  if (n === 0) return `${window}: no sample`;
  if (low === high) return `${window}: ${formatBare(low, unit)} (n = ${formatCount(n)})`;
  return `${window}: mean ${formatBare(sum / n, unit)}, ${formatBare(low, unit)} to ${formatBare(high, unit)} (n = ${formatCount(n)})`;
}
