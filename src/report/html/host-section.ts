/** Every host with its figures: those to look at first, outliers marked. */
import type { HostResult, Result } from "../../metrics/result.ts";
import {
  type ComparedFigure,
  hostProblems,
  hostsByConcern,
  outlierSide,
  usualFigures,
  type FleetFigure,
} from "../host-outliers.ts";
import { formatBitrate, formatBytes, formatCount, formatMs, formatPercent } from "../quantity.ts";
import { usedHosts } from "../validity.ts";
import { pill } from "./icon.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { type Row, table } from "./table.ts";

const numeric = (head: string) => ({ head, numeric: true });
const columns = [
  { head: "Host" },
  { head: "Status" },
  ...["Joined", "Tracks", "Start error", "Clock offset", "Busiest core", "Above 85 %", "Mean CPU", "Steal"].map(
    numeric,
  ),
  ...["Least free memory", "Received", "Sent", "UDP buffer errors", "Softnet drops", "NIC drops", "Samples"].map(
    numeric,
  ),
  { head: "Look at", wraps: true },
];

const tones = { finished: "ok", partial: "warn", lost: "bad", unused: "none" } as const;

export function hostSection(result: Result): Markup {
  const usual = usualFigures(usedHosts(result));
  const withProblems = result.hosts.filter((host) => hostProblems(host).length > 0).length;
  const count = result.hosts.length;
  return section(
    "hosts",
    "Hosts",
    html`${formatCount(count)} ${count === 1 ? "host" : "hosts"},
    ${withProblems === 0 ? "none with a problem" : `${formatCount(withProblems)} to look at, listed first`}. CPU,
    network and drops are those of the steady window, from the hosts' own kernel counters.
    ${usual.size > 0 && html`▲ and ▼ mark figures far above or below the fleet's median.`}`,
    table(
      "Hosts and their figures",
      columns,
      hostsByConcern(result.hosts).map((host) => row(host, usual)),
    ),
  );
}

function row(host: HostResult, usual: Map<ComparedFigure, FleetFigure>): Row {
  const problems = hostProblems(host);
  const compared = (figure: ComparedFigure, format: (value: number) => string) =>
    marked(host[figure], usual.get(figure), format);
  const { participants, tracks, clockBefore } = host;
  return {
    tone: host.status === "lost" ? "bad" : problems.length > 0 && host.status !== "unused" ? "warn" : undefined,
    cells: [
      html`<b>${host.name}</b><small>${host.address}</small>`,
      pill(tones[host.status], host.status),
      `${formatCount(participants.joined)} / ${formatCount(participants.intended)}`,
      `${formatCount(tracks.subscribed)} / ${formatCount(tracks.expectedMax)}`,
      compared("startErrorMs", formatMs),
      clockBefore ? `${formatMs(clockBefore.offsetMs)} ± ${formatMs(clockBefore.errorMs)}` : absent,
      compared("maxCorePercent", formatPercent),
      figure(host.saturatedMs, formatMs),
      compared("meanCpuPercent", formatPercent),
      compared("stealPercent", formatPercent),
      figure(host.minMemoryAvailableKb, (kb) => formatBytes(kb * 1024)),
      compared("rxBps", formatBitrate),
      compared("txBps", formatBitrate),
      udpErrors(host),
      figure(host.softnetDrops, formatCount),
      figure(host.nicDrops, formatCount),
      `${formatCount(host.samples)} / ${formatCount(host.samplesExpected)}`,
      problems.length > 0 ? problems.join("; ") : "–",
    ],
  };
}

const absent = html`<abbr class="missing" title="not measured">n/m</abbr>`;

function figure(value: number | null, format: (value: number) => string): Content {
  return value === null ? absent : format(value);
}

function marked(value: number | null, usual: FleetFigure | undefined, format: (value: number) => string): Content {
  const side = outlierSide(value, usual);
  if (value === null) return absent;
  if (!side || !usual) return format(value);
  const words = `${side === "high" ? "above" : "below"} the fleet: median ${format(usual.median)}`;
  return html`<span class="outlier" title="${words}"
    ><span aria-label="${words}">${side === "high" ? "▲" : "▼"}</span> ${format(value)}</span
  >`;
}

function udpErrors({ udpRcvbufErrors, udpSndbufErrors }: HostResult): Content {
  if (udpRcvbufErrors === null && udpSndbufErrors === null) return absent;
  const part = (value: number | null) => (value === null ? absent : formatCount(value));
  return html`${part(udpRcvbufErrors)} in, ${part(udpSndbufErrors)} out`;
}
