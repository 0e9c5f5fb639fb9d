/** One cumulative distribution with its percentiles, limits and the share that never arrived. */
import type { Distribution } from "../../metrics/result.ts";
import { formatIn, formatShare } from "../quantity.ts";
import { valueTicks } from "../scale.ts";
import { html, type Markup } from "./markup.ts";
import { percent, space, stretched, tickClass } from "./plot.ts";

const height = 150;
/** A tail this many times as long as the median needs a logarithmic axis to be seen together with it. */
const longTail = 12;

export interface EcdfLimit {
  readonly value: number;
  readonly label: string;
}

interface ValueAxis {
  readonly isLogarithmic: boolean;
  readonly ticks: readonly number[];
  share(value: number): number;
}

export function ecdfPlot(name: string, distribution: Distribution, limits: readonly EcdfLimit[]): Markup {
  const { unit, n, censored, interpolated } = distribution;
  const ecdf = risingPart(distribution);
  const axis = valueAxis({ ...distribution, ecdf }, limits);
  const reached = n / (n + censored);
  const percentiles = percentilesOf(distribution);
  const words = percentiles.map(({ label, value }) => `${label} ${formatIn(value, unit)}`).join(", ");
  return html`<svg
    class="plot"
    width="100%"
    height="${height + 20}"
    role="img"
    aria-label="${name}: ${words || "no percentile"}; ${formatShare(reached)} arrived"
  >
    ${censored > 0 && neverBand(reached)} ${[0, 0.25, 0.5, 0.75, 1].map(shareLine)}
    ${axis.ticks.map((tick) => valueTick(axis.share(tick), formatIn(tick, unit)))}
    ${limits.map(({ value, label }) => limitLine(axis.share(value), label))}
    ${stretched(height, html`<path class="line s0${interpolated && " dashed"}" d="${curve(ecdf, axis, interpolated)}" />`)}
    ${percentiles.map(({ label, value, share }) => percentileMark(axis.share(value), share, label, formatIn(value, unit)))}
    ${axis.isLogarithmic && html`<text class="value corner" x="100%" y="-6">logarithmic</text>`}
  </svg>`;
}

function neverBand(reached: number): Markup {
  return html`<rect width="100%" height="${y(reached)}" fill="url(#hatch)" />
    <text class="never" x="6" y="${Math.max(12, y(reached) - 4)}">never: ${formatShare(1 - reached)}</text>`;
}

function shareLine(share: number): Markup {
  return html`<line class="grid" x1="0" x2="100%" y1="${y(share)}" y2="${y(share)}" />
    <text class="value" x="-8" y="${y(share) + 4}">${share * 100} %</text>`;
}

function valueTick(x: number, label: string): Markup {
  return html`<text class="${tickClass(x)}" x="${percent(x)}" y="${height + 16}">${label}</text>`;
}

function limitLine(x: number, label: string): Markup {
  const isLeft = x < 0.5;
  return html`<line class="limit" x1="${percent(x)}" x2="${percent(x)}" y1="0" y2="${height}" />
    <text
      class="limit-label ${isLeft ? "after" : "before"}"
      x="${percent(x)}"
      dx="${isLeft ? 5 : -5}"
      y="${height - 6}"
    >
      ${label}
    </text>`;
}

/** Words stand to the right, below the curve, where it leaves room; p99 and p90 keep apart. */
function percentileMark(x: number, share: number, label: string, value: string): Markup {
  const isLeft = x > 0.74;
  const below = share > 0.95 ? 10 : 15;
  return html`<circle class="percentile" cx="${percent(x)}" cy="${y(share)}" r="4" />
    <text
      class="percentile-label ${isLeft ? "before" : "after"}"
      x="${percent(x)}"
      dx="${isLeft ? -8 : 8}"
      y="${y(share) + below}"
    >
      <tspan>${label}</tspan> ${value}
    </text>`;
}

const y = (share: number) => Math.round((1 - share) * height * 10) / 10;

/** From 0, where a histogram's first bucket begins, to the first value that all the rest is below. */
function risingPart({ ecdf, interpolated }: Distribution): Distribution["ecdf"] {
  const top = ecdf.at(-1)?.[1] ?? 0;
  const end = ecdf.findIndex(([, share]) => share >= top);
  return [...(interpolated ? [[0, 0] satisfies [number, number]] : []), ...ecdf.slice(0, end + 1)];
}

function percentilesOf({ p50, p90, p99 }: Distribution): { label: string; value: number; share: number }[] {
  const all = [
    { label: "p50", value: p50, share: 0.5 },
    { label: "p90", value: p90, share: 0.9 },
    { label: "p99", value: p99, share: 0.99 },
  ];
  return all.flatMap(({ label, value, share }) => (value === null ? [] : [{ label, value, share }]));
}

function valueAxis({ ecdf, p50, min, max }: Distribution, limits: readonly EcdfLimit[]): ValueAxis {
  const values = [...ecdf.map(([value]) => value), ...limits.map(({ value }) => value), max ?? 0];
  const high = Math.max(...values, Number.MIN_VALUE);
  const longest = Math.max(max ?? 0, ecdf.at(-1)?.[0] ?? 0);
  const low = min ?? ecdf[0]?.[0] ?? 0;
  if (p50 !== null && low > 0 && high > p50 * longTail)
    return logarithmic(Math.min(low, ...values.filter((v) => v > 0)), high);
  // Room to the right of the curve for the words at its percentiles.
  const ticks = valueTicks(0, Math.max(high, longest * 1.3), 4);
  const top = ticks.at(-1) ?? high;
  return { isLogarithmic: false, ticks, share: (value) => value / top };
}

function logarithmic(low: number, high: number): ValueAxis {
  const from = Math.floor(Math.log10(low));
  const to = Math.max(from + 1, Math.ceil(Math.log10(high)));
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const share = (value: number) => Math.max(0, (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from));
  return { isLogarithmic: true, ticks, share };
}

/** Measured values make steps; values read off buckets make straight lines between the buckets' bounds. */
function curve(ecdf: Distribution["ecdf"], axis: ValueAxis, interpolated: boolean): string {
  const points = ecdf.map(([value, share]) => ({
    x: Math.round(axis.share(value) * space.width * 10) / 10,
    y: Math.round((1 - share) * space.height),
  }));
  const first = points[0];
  if (!first) return "";
  const rest = points.slice(1);
  if (interpolated) return `M${first.x} ${first.y}${rest.map((point) => `L${point.x} ${point.y}`).join("")}`;
  return `M${first.x} ${space.height}V${first.y}${rest.map((point) => `H${point.x}V${point.y}`).join("")}`;
}
