/** All charts under each other on one time axis, with phases shaded and events numbered. */
import type { Result } from "../../metrics/result.ts";
import { formatElapsed, formatUtc } from "../moment.ts";
import { isPerHost, type SeriesGroup, seriesGroups } from "../series-groups.ts";
import { phaseBands, type PhaseBand, shareOf, timeAxis, type TimeAxis } from "../time-axis.ts";
import { eventMarks, type EventMark, markLabel, sortedEvents } from "./event-marks.ts";
import { heatStrip, isBusyShare } from "./heat-strip.ts";
import { html, type Markup } from "./markup.ts";
import { percent, timePercent } from "./plot.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";
import { mostLines, timeChart } from "./time-chart.ts";

const shownEvents = 300;
const bandHeight = 22;

export function timelineSection(result: Result): Markup {
  const axis = timeAxis(result);
  if (!axis) {
    return section("timeline", "Over time", null, html`<p class="note none">Nothing was recorded over time.</p>`);
  }
  const bands = phaseBands(result, axis);
  const marks = eventMarks(result.events, axis);
  const frame = { result, axis, bands, marks };
  const charts = seriesGroups(result.series).flatMap((group) => chartsOf(group, result, axis, frame));
  const zero = result.phases.startAtMs === null ? "the first sample" : "the common start";
  return section(
    "timeline",
    "Over time",
    html`0:00 is ${zero}, ${formatUtc(axis.zeroMs, "millisecond")}. Breaks in a line are gaps: nothing was measured
    there.`,
    phaseStrip(axis, bands, marks),
    charts.length > 0 ? charts : html`<p class="note none">No series was recorded.</p>`,
    eventTable(result, axis),
  );
}

/** How busy single hosts were are strips under "Can I trust this?"; other per-host series are lines while they can be told apart. */
function chartsOf(
  group: SeriesGroup,
  result: Result,
  axis: TimeAxis,
  frame: Parameters<typeof timeChart>[1],
): Markup[] {
  if (!isPerHost(group)) return chunks(group).map((part) => timeChart(part, frame));
  if (isBusyShare(group)) return [];
  return [group.series.length > mostLines ? heatStrip(group, result, axis) : timeChart(group, frame)];
}

function chunks(group: SeriesGroup): SeriesGroup[] {
  const count = Math.ceil(group.series.length / mostLines);
  return Array.from({ length: count }, (_, index) => ({
    ...group,
    name: count === 1 ? group.name : `${group.name} (${index + 1} of ${count})`,
    series: group.series.slice(index * mostLines, (index + 1) * mostLines),
  }));
}

function phaseStrip(axis: TimeAxis, bands: readonly PhaseBand[], marks: readonly EventMark[]): Markup {
  const words =
    bands.map(({ name, fromMs, toMs }) => `${name} ${span(axis, fromMs, toMs)}`).join(", ") || "phases not known";
  return html`<div class="chart strip">
    <p class="key">
      ${bands.map((band) => html`<span><i class="phase ${band.name}"></i> <b>${band.name}</b> ${span(axis, band.fromMs, band.toMs)}${band.name === "steady" ? ", judged" : ""}</span>`)}
      ${bands.length === 0 && "The phases of this run are not known."}
    </p>
    <svg class="plot" width="100%" height="${bandHeight + 24}" role="img" aria-label="Phases: ${words}">
      ${bands.map(({ name, fromMs, toMs }) => {
        const share = shareOf(axis, toMs) - shareOf(axis, fromMs);
        return html`<rect
            class="band ${name}"
            x="${timePercent(axis, fromMs)}"
            width="${percent(share)}"
            height="${bandHeight}"
          />
          ${share > 0.16 && html`<text class="band-name" x="${percent(shareOf(axis, fromMs) + share / 2)}" y="15">${name}</text>`}`;
      })}
      ${marks.map((mark) => html`<line class="event" x1="${timePercent(axis, mark.atMs)}" x2="${timePercent(axis, mark.atMs)}" y1="0" y2="${bandHeight + 6}" /><text class="event-number" x="${timePercent(axis, mark.atMs)}" y="${bandHeight + 18}">${markLabel(mark)}</text>`)}
    </svg>
  </div>`;
}

function span(axis: TimeAxis, fromMs: number, toMs: number): string {
  return `${formatElapsed(fromMs - axis.zeroMs)}–${formatElapsed(toMs - axis.zeroMs)}`;
}

function eventTable(result: Result, axis: TimeAxis): Markup | null {
  const events = sortedEvents(result.events);
  if (events.length === 0) return null;
  const rows = events.slice(0, shownEvents).map(({ atMs, text, host }, index) => ({
    cells: [index + 1, formatElapsed(atMs - axis.zeroMs), text, host ?? "–"],
  }));
  const columns = [{ head: "No." }, { head: "At", numeric: true }, { head: "Event", grows: true }, { head: "Host" }];
  return html`<h3>Events</h3>
    ${table("Events, numbered as in the charts", columns, rows)}
    ${events.length > rows.length && html`<p class="note none">${events.length - rows.length} later events are in result.json.</p>`}`;
}
