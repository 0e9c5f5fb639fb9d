/** What real clients felt in the rooms under load. */
import type { ProbesResult, Result } from "../../metrics/result.ts";
import { formatUtc } from "../moment.ts";
import { probeDistributions, probeFacts, probeSentence } from "../probe-figures.ts";
import { formatCount, formatIn, formatShare } from "../quantity.ts";
import { pill } from "./icon.ts";
import { distributionPanel, percentileTable } from "./latency-section.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

export function probeSection(probes: ProbesResult, result: Result): Markup {
  const all = probeDistributions(probes);
  return section(
    "probes",
    "Probes: what a client feels",
    probeSentence(probes),
    trust(probes),
    html`<div class="panels">${all.map((one) => distributionPanel(one, result))}</div>`,
    percentileTable("Percentiles of the probes", all),
    facts(probes),
    byRoom(probes),
    errors(probes),
  );
}

function trust({ reason, distrust }: ProbesResult): Content {
  if (reason !== null) return html`<p>${pill("none", "not measured")} ${reason}</p>`;
  if (distrust !== null) return html`<p>${pill("bad", "not trusted")} ${distrust}. No threshold is judged on them.</p>`;
  return html`<p>${pill("ok", "trusted")} the probes' machine was not saturated.</p>`;
}

function facts(probes: ProbesResult): Markup {
  const rows = probeFacts(probes).map(({ label, value, detail, source }) => ({
    cells: [label, value === null ? notMeasured() : html`<b>${value}</b>`, detail, source ?? "–"],
  }));
  return table(
    "Figures of the probes",
    [
      { head: "Figure", wraps: true },
      { head: "Value", numeric: true },
      { head: "Counted", grows: true },
      { head: "Source", wraps: true },
    ],
    rows,
    { isStackedOnPhones: true },
  );
}

function byRoom({ byRoom }: ProbesResult): Content {
  if (byRoom.length < 2) return null;
  const median = (of: ProbesResult["join"]) => (of?.p50 == null ? notMeasured() : formatIn(of.p50, of.unit));
  const rows = byRoom.map(({ room, joined, join, latency }) => ({
    tone: joined !== null && joined.value < 1 ? ("warn" as const) : undefined,
    cells: [
      room,
      joined === null ? notMeasured() : `${formatShare(joined.value)} of ${formatCount(joined.whole)}`,
      median(join),
      median(latency),
    ],
  }));
  return table(
    "Probes by room",
    [
      { head: "Room", wraps: true },
      { head: "Joins that worked", numeric: true },
      { head: "Join, median", numeric: true },
      { head: "Latency, median", numeric: true },
    ],
    rows,
    { isCaptionShown: true },
  );
}

function errors({ errors }: ProbesResult): Content {
  if (errors.length === 0) return html`<p>Nothing failed for the probes.</p>`;
  const rows = errors.map(({ what, message, count, rooms, firstAtMs }) => ({
    tone: "warn" as const,
    cells: [what, formatCount(count), message, formatCount(rooms.length), formatUtc(firstAtMs)],
  }));
  return table(
    "What failed for the probes, whole run",
    [
      { head: "Step" },
      { head: "Times", numeric: true },
      { head: "Message", grows: true },
      { head: "Rooms", numeric: true },
      { head: "First" },
    ],
    rows,
    { isCaptionShown: true },
  );
}
