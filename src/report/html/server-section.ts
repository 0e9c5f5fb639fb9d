/** Each LiveKit server by its own metrics: where rooms and participants were, and what each counted. */
import type { ServerFigure, ServerFigures, ServersResult } from "../../metrics/server-result.ts";
import { byName } from "../host-outliers.ts";
import { formatBytes, formatCount, formatMs, formatNumber, formatPercent } from "../quantity.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { table, type Row } from "./table.ts";

type Columns = readonly (readonly [figure: string, head: string])[];

const carried: Columns = [
  ["roomsPeak", "Rooms"],
  ["participantsPeak", "Participants"],
  ["tracksSubscribed", "Subscribed tracks"],
  ["packetsOut", "Packets out"],
  ["bytesOut", "Bytes out"],
  ["cpuMean", "Cores, mean"],
  ["memoryPeak", "Memory"],
];
const suffered: Columns = [
  ["lossOut", "Loss out"],
  ["lossIn", "Loss in"],
  ["retransmitted", "Sent again"],
  ["nacksIn", "NACKs"],
  ["plisIn", "PLIs"],
  ["jitterInP90", "Jitter in, p90"],
  ["rttP90", "RTT, p90"],
  ["qualityMean", "Quality"],
  ["joinFailures", "Joins failed"],
  ["subscribeFailures", "Subscr. failed"],
];
const shown = new Set([...carried, ...suffered].map(([figure]) => figure));

export function serverSection(servers: ServersResult): Markup {
  const by = new Map(servers.figures.map((figure) => [figure.name, figure]));
  const each = servers.each.toSorted((a, b) => byName(a.name, b.name));
  const all = html`<b>All ${formatCount(each.length)}</b>`;
  const figures = (of: ServerFigures, columns: Columns) => columns.map(([figure]) => cell(of, by.get(figure)));
  const heads = (columns: Columns) => columns.map(([, head]) => ({ head, numeric: true }));
  const sum = (of: "answered" | "asked") => each.reduce((total, { scrapes }) => total + scrapes[of], 0);
  const load: Row[] = each.map((one) => ({
    tone: one.scrapes.answered < one.scrapes.asked || one.restarts > 0 ? "warn" : undefined,
    cells: [
      html`<code>${one.name}</code>${one.node !== null && html` <small>on ${one.node}</small>`}`,
      ...figures(one, carried),
      html`${answered(one.scrapes)}${one.restarts > 0 && html` <small>${formatCount(one.restarts)} restarts</small>`}`,
    ],
  }));
  const faults: Row[] = each
    .filter(({ scrapes }) => scrapes.answered > 0)
    .map((one) => ({ cells: [html`<code>${one.name}</code>`, ...figures(one, suffered)] }));
  const sources = (columns: Columns) =>
    [...new Set(columns.flatMap(([figure]) => by.get(figure)?.source ?? []))].join("; ");
  return section(
    "servers",
    "LiveKit servers",
    `By the servers' own metrics, ${ways[servers.via]}. Failures are of the whole load, all else of the steady window. Percentiles are read off histograms: interpolated, and merged before they are read for all servers together.${each.length > 1 ? " A participant whose signalling goes through another server than its room's counts on both." : ""}`,
    table(
      `What each carried (source: ${sources(carried)})`,
      [{ head: "Server" }, ...heads(carried), { head: "Scrapes", numeric: true }],
      [
        {
          cells: [all, ...figures(servers.all, carried), answered({ answered: sum("answered"), asked: sum("asked") })],
        },
        ...load,
      ],
      { isCaptionShown: true },
    ),
    table(
      `What went wrong, and how well it went (source: ${sources(suffered)})`,
      [{ head: "Server" }, ...heads(suffered)],
      [{ cells: [all, ...figures(servers.all, suffered)] }, ...faults],
      { isCaptionShown: true },
    ),
    missing(servers),
  );
}

const answered = ({ answered, asked }: { answered: number; asked: number }) =>
  `${formatCount(answered)} of ${formatCount(asked)}`;

const ways: Record<ServersResult["via"], string> = {
  pods: "pod by pod through the Kubernetes API server",
  urls: "scraped by URL",
  both: "scraped by URL and through the Kubernetes API server",
};

function cell({ values }: ServerFigures, figure: ServerFigure | undefined): Content {
  const value = figure && values[figure.name];
  if (figure === undefined || value === undefined) return html`<span class="missing">–</span>`;
  switch (figure.unit) {
    case "%":
      return formatPercent(value);
    case "ms":
      return formatMs(value);
    case "bytes":
      return formatBytes(value);
    case "cores":
      return formatNumber(Math.round(value * 100) / 100);
    case "":
      return Number.isInteger(value) ? formatCount(value) : formatNumber(Math.round(value * 100) / 100);
  }
}

/** Why there is no figure, once for each reason. */
function missing({ all, each, figures }: ServersResult): Content {
  const meaning = new Map(figures.map(({ name, meaning }) => [name, meaning]));
  const reasons = new Map<string, Set<string>>();
  for (const [who, list] of [
    ["all servers", all.missing] as const,
    ...each.map((one) => [one.name, one.missing] as const),
  ]) {
    for (const { figures, reason } of list) {
      const own = figures.filter((figure) => shown.has(figure)).map((figure) => meaning.get(figure) ?? figure);
      if (own.length === 0) continue;
      const key = `${own.length === shown.size ? "everything" : own.join("; ")}: ${reason}`;
      reasons.set(key, (reasons.get(key) ?? new Set()).add(who));
    }
  }
  if (reasons.size === 0) return null;
  const rows = [...reasons].map(([what, who]): Row => ({
    cells: [who.size > maxNamed ? `${formatCount(who.size)} servers` : [...who].join(", "), what],
  }));
  return table(
    "Not measured",
    [
      { head: "Server", wraps: true },
      { head: "What, and why", grows: true },
    ],
    rows,
    {
      isCaptionShown: true,
    },
  );
}

/** Servers that are named one by one. */
const maxNamed = 3;
