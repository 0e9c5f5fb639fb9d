/** Every host with its figures: those to look at first, outliers marked. */
import type { HostResult, Result } from "../../metrics/result.ts";
import {
  type ComparedFigure,
  type FleetFigure,
  type FleetFigures,
  hostConcerns,
  hostsByConcern,
  outlierSide,
  usualFigures,
} from "../host-outliers.ts";
import {
  formatBitrate,
  formatBytes,
  formatCount,
  formatMs,
  formatNumber,
  formatPercent,
  formatShare,
} from "../quantity.ts";
import { usedHosts } from "../validity.ts";
import { pill } from "./icon.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { type Row, table } from "./table.ts";

/** Two figures that belong together share a column. */
const pair = (head: string, below: string) => ({ head: html`${head} <small>${below}</small>`, numeric: true });
const columns = [
  { head: "Host" },
  { head: html`Status <small>host samples</small>` },
  { head: "Look at", wraps: true },
  pair("Joined", "tracks"),
  pair("Start error", "clock offset"),
  pair("Busiest core", "longest above 85 %"),
  pair("Mean CPU", "steal"),
  pair("Received", "sent"),
  pair("Packet loss", "audio, video"),
  pair("UDP errors in, out", "softnet, NIC drops"),
  { head: "Least free memory", numeric: true },
];

const tones = { finished: "ok", partial: "warn", lost: "bad", unused: "none" } as const;

export function hostSection(result: Result): Markup {
  const usual = usualFigures(usedHosts(result));
  const withProblems = result.hosts.filter((host) => hostConcerns(host, usual).length > 0).length;
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
      hostsByConcern(result.hosts, usual).map((host) => row(host, usual)),
    ),
  );
}

function row(host: HostResult, usual: FleetFigures): Row {
  const concerns = hostConcerns(host, usual);
  const compared = (figure: ComparedFigure, format: (value: number) => string) =>
    marked(host[figure], usual.get(figure), format);
  const { participants, tracks, clockBefore } = host;
  return {
    tone: host.status === "lost" ? "bad" : concerns.length > 0 && host.status !== "unused" ? "warn" : undefined,
    cells: [
      html`<b>${host.name}</b><small>${host.address}</small>`,
      stack(
        pill(tones[host.status], host.status),
        `${formatCount(host.samples)} of ${formatCount(host.samplesExpected)}`,
      ),
      concerns.length > 0 ? concerns.join("; ") : "–",
      stack(of(participants.joined, participants.intended), of(tracks.subscribed, tracks.expectedMax)),
      stack(compared("startErrorMs", formatMs), clockBefore ? clockText(clockBefore) : absent),
      stack(
        compared("maxCorePercent", formatPercent),
        figure(host.saturatedMs, (ms) => `${formatNumber(ms / 1000)} s`),
      ),
      stack(compared("meanCpuPercent", formatPercent), compared("stealPercent", formatPercent)),
      stack(compared("rxBps", formatBitrate), compared("txBps", formatBitrate)),
      stack(lossOf(host.rtp.loss), html`${lossOf(host.rtp.audio?.loss)}, ${lossOf(host.rtp.video?.loss)}`),
      stack(
        html`${figure(host.udpRcvbufErrors, formatCount)}, ${figure(host.udpSndbufErrors, formatCount)}`,
        html`${figure(host.softnetDrops, formatCount)}, ${figure(host.nicDrops, formatCount)}`,
      ),
      figure(host.minMemoryAvailableKb, (kb) => formatBytes(kb * 1024)),
    ],
  };
}

const stack = (first: Content, second: Content) => html`<span class="stack">${first} <small>${second}</small></span>`;
const of = (part: number, whole: number) => `${formatCount(part)} / ${formatCount(whole)}`;

/** No more digits than the error bound leaves. */
function clockText({ offsetMs, errorMs }: NonNullable<HostResult["clockBefore"]>): string {
  const digits = errorMs >= 10 ? 0 : errorMs >= 1 ? 1 : 2;
  return `${offsetMs.toFixed(digits).replace("-", "−")} ± ${errorMs.toFixed(digits)} ms`;
}

const lossOf = (loss: HostResult["rtp"]["loss"] | undefined): Content => (loss ? formatShare(loss.value) : absent);

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
