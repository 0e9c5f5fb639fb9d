/** One strip per host, dark where it was busy, marked where it was saturated, hatched where nothing was measured. */
import type { Result, Series } from "../../metrics/result.ts";
import { intervalMs } from "../gaps.ts";
import { formatIn, formatPercent } from "../quantity.ts";
import { isPerHost, type SeriesGroup, seriesGroups } from "../series-groups.ts";
import { shareOf, timeAxis, type TimeAxis, within } from "../time-axis.ts";
import { saturatedPercent } from "../../metrics/saturation.ts";
import { usedHosts } from "../validity.ts";
import { html, type Markup } from "./markup.ts";
import { timePercent, timeTicks } from "./plot.ts";

const cells = 120;
const shades = 6;
const rowPx = 14;
const shownAtOnce = 30;

/** Per host, and against the limit of saturation. */
export const isBusyShare = (group: SeriesGroup): boolean =>
  isPerHost(group) && group.unit === "%" && /\bcore\b/.test(group.name);

/** The strips of how busy each host was. */
export function heatStrips(result: Result): Markup {
  const axis = timeAxis(result);
  const groups = seriesGroups(result.series).filter(isBusyShare);
  if (!axis || groups.length === 0) {
    return html`<p class="note none">No strip of the cores by host: the run has no samples of single hosts.</p>`;
  }
  return html`${groups.map((group) => heatStrip(group, result, axis))}`;
}

/** Busiest hosts first; the rest of a large fleet folds away. */
export function heatStrip(group: SeriesGroup, result: Result, axis: TimeAxis): Markup {
  const high = isBusyShare(group) ? 100 : Math.max(0, ...group.series.map(peak));
  const sorted = withSilentHosts(group, result).toSorted(
    (a, b) => peak(b) - peak(a) || compare(a.host ?? "", b.host ?? ""),
  );
  const first = sorted.slice(0, shownAtOnce);
  const rest = sorted.slice(shownAtOnce);
  const strip = (series: readonly Series[]) => strips(group, series, high, result, axis);
  return html`<figure class="chart heat">
    <figcaption>
      <h3>${group.name.charAt(0).toUpperCase() + group.name.slice(1)}, by host</h3>
      ${key(group, high, first[0]?.source)}
    </figcaption>
    ${strip(first)}
    ${
      rest.length > 0 &&
      html`<details>
        <summary>${rest.length} more hosts, none with a higher peak than those above</summary>
        ${strip(rest)}
      </details>`
    }
  </figure>`;
}

/** A host without a sample has a row too: an empty one. */
function withSilentHosts({ series }: SeriesGroup, result: Result): Series[] {
  const seen = new Set(series.map(({ host }) => host));
  const all = [...series];
  for (const { name } of usedHosts(result)) {
    const like = series[0];
    if (like && !seen.has(name)) all.push({ ...like, name, host: name, points: [] });
  }
  return all;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function peak({ points }: Series): number {
  let high = -1;
  for (const [, value] of points) if (value !== null && value > high) high = value;
  return high;
}

function strips(group: SeriesGroup, series: readonly Series[], high: number, result: Result, axis: TimeAxis): Markup {
  const height = series.length * rowPx;
  const { steady } = result.phases;
  const bounds = steady ? [steady.fromMs, steady.toMs] : [];
  const paths = new Map<string, string>();
  for (const [row, one] of series.entries()) addRow(paths, one, row, high, isBusyShare(group), axis);
  return html`<svg
    class="plot"
    width="100%"
    height="${height + 20}"
    role="img"
    aria-label="${group.name} by host: ${words(series, group.unit)}"
  >
    ${series.map((_, row) => html`<rect width="100%" y="${row * rowPx + 1}" height="${rowPx - 2}" fill="url(#hatch)" />`)}
    <svg class="cells" width="100%" height="${height}" viewBox="0 0 ${cells} ${height}" preserveAspectRatio="none">
      ${[...paths].toSorted(([a], [b]) => compare(a, b)).map(([shade, d]) => html`<path class="${shade}" d="${d}" />`)}
    </svg>
    ${series.map(({ host }, row) => html`<text class="value host" x="-8" y="${row * rowPx + 11}">${shorten(host ?? "")}</text>`)}
    ${bounds.map((atMs) => html`<line class="bound" x1="${timePercent(axis, atMs)}" x2="${timePercent(axis, atMs)}" y1="-3" y2="${height + 3}" />`)}
    ${timeTicks(axis, height)}
  </svg>`;
}

/** Names keep their end, which tells hosts of one run apart. */
const shorten = (name: string) => (name.length <= 15 ? name : `…${name.slice(-14)}`);

function words(series: readonly Series[], unit: string): string {
  const worst = series
    .slice(0, 5)
    .map((one) => `${one.host ?? ""} peak ${peak(one) < 0 ? "not measured" : formatIn(peak(one), unit)}`);
  return `${worst.join("; ")}${series.length > worst.length ? `; ${series.length - worst.length} more` : ""}`;
}

/** The highest sample of each cell, cells of one shade next to each other in one piece. */
function addRow(
  paths: Map<string, string>,
  series: Series,
  row: number,
  high: number,
  isBusy: boolean,
  axis: TimeAxis,
): void {
  const points = within(axis, series.points);
  const highest: (number | undefined)[] = Array.from({ length: cells }, () => undefined);
  for (const [atMs, value] of points) {
    if (value === null) continue;
    const cell = Math.min(cells - 1, Math.floor(shareOf(axis, atMs) * cells));
    highest[cell] = Math.max(highest[cell] ?? -Infinity, value);
  }
  fillCoarse(highest, points, axis);
  const shadeOf = (value: number | undefined) => (value === undefined ? undefined : shade(value, high, isBusy));
  for (let cell = 0; cell < cells;) {
    const name = shadeOf(highest[cell]);
    let end = cell + 1;
    while (end < cells && shadeOf(highest[end]) === name) end++;
    if (name)
      paths.set(name, `${paths.get(name) ?? ""}M${cell} ${row * rowPx + 1}h${end - cell}v${rowPx - 2}h${cell - end}z`);
    cell = end;
  }
}

/** Samples further apart than a cell hold until the next one is due; a missing one leaves its cells empty. */
function fillCoarse(highest: (number | undefined)[], points: Series["points"], axis: TimeAxis): void {
  const reach = Math.ceil((intervalMs(points) / (axis.toMs - axis.fromMs)) * cells);
  if (reach <= 1 || !Number.isFinite(reach)) return;
  const sampled = highest.map((value) => value !== undefined);
  for (const [cell, isSampled] of sampled.entries()) {
    if (!isSampled) continue;
    for (let next = cell + 1; next < Math.min(cells, cell + reach) && !sampled[next]; next++)
      highest[next] = highest[cell];
  }
}

function shade(value: number, high: number, isBusy: boolean): string {
  if (isBusy && value > saturatedPercent) return "hot";
  const limit = isBusy ? saturatedPercent : high;
  return `h${Math.min(shades - 1, Math.max(0, Math.floor((value / (limit || 1)) * shades)))}`;
}

function key(group: SeriesGroup, high: number, source: string | undefined): Markup {
  const isBusy = isBusyShare(group);
  const { unit } = group;
  const limit = isBusy ? saturatedPercent : high;
  const steps = Array.from({ length: shades }, (_, index) => html`<i class="h${index}"></i>`);
  return html`<p class="key">
    <span>0</span><span class="ramp">${steps}</span><span>${formatIn(limit, unit)}</span>
    ${isBusy ? html`<span><i class="hot"></i> above ${formatPercent(saturatedPercent)}: saturated</span>` : null}
    <span><i class="gap"></i> not measured</span><span><i class="bound"></i> steady window</span>
    <small>${source ?? ""}, highest sample per cell</small>
  </p>`;
}
