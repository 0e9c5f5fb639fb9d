/**
 * Parts of charts. Positions along time are in percent, so that a chart fills any width while its text keeps its size;
 * lines are drawn in a stretched coordinate space of 2,000 × 1,000.
 */
import { shareOf, type PhaseBand, type TimeAxis } from "../time-axis.ts";
import type { EventMark } from "./event-marks.ts";
import { html, type Markup } from "./markup.ts";

export const space = { width: 2000, height: 1000 } as const;

/** A position in percent with two decimals: `12.34%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

export function timePercent(axis: TimeAxis, atMs: number): string {
  return percent(shareOf(axis, atMs));
}

/** Phases as shades behind the lines. */
export function phaseShades(axis: TimeAxis, bands: readonly PhaseBand[], height: number): Markup {
  return html`${bands.map(({ name, fromMs, toMs }) => {
    const share = shareOf(axis, toMs) - shareOf(axis, fromMs);
    return html`<rect
      class="phase ${name}"
      x="${timePercent(axis, fromMs)}"
      width="${percent(share)}"
      height="${height}"
    />`;
  })}`;
}

/** Time ticks with their labels below the plot. */
export function timeTicks(axis: TimeAxis, height: number): Markup {
  return html`${axis.ticks.map(({ atMs, label }) => {
    const x = timePercent(axis, atMs);
    return html`<line class="tick" x1="${x}" x2="${x}" y1="${height}" y2="${height + 4}" /><text
        class="${tickClass(shareOf(axis, atMs))}"
        x="${x}"
        y="${height + 16}"
        >${label}</text
      >`;
  })}`;
}

/** The last label ends at the plot's edge instead of reaching beyond it. */
export function tickClass(share: number): string {
  return share > 0.98 ? "time last" : "time";
}

/** Events as numbered lines over the plot. */
export function eventLines(axis: TimeAxis, marks: readonly EventMark[], height: number): Markup {
  return html`${marks.map(({ atMs }) => {
    const x = timePercent(axis, atMs);
    return html`<line class="event" x1="${x}" x2="${x}" y1="0" y2="${height}" />`;
  })}`;
}

/** Lines in stretched space; their stroke keeps its width. */
export function stretched(height: number, ...content: readonly Markup[]): Markup {
  return html`<svg
    class="lines"
    x="0"
    y="0"
    width="100%"
    height="${height}"
    viewBox="0 0 ${space.width} ${space.height}"
    preserveAspectRatio="none"
  >
    ${content}
  </svg>`;
}
