/** Packets and bytes, each with who counted them. */
import type { Result, Share } from "../../metrics/result.ts";
import { bareReason, hostFigureReason, serverFigureReason } from "../missing.ts";
import { formatElapsed, formatUtc } from "../moment.ts";
import { formatBitrate, formatBytes, formatCount, formatMs, formatShare } from "../quantity.ts";
import { rtpSource, type RtpResult } from "../../metrics/rtp-result.ts";
import { streamShareText } from "../rtp-words.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

export function mediaSection(result: Result): Markup {
  const { media } = result;
  const server = serverFigureReason(result);
  const host = hostFigureReason(result);
  const counters = result.servers?.via === "pods" ? "server counters, by pod" : "server counters";
  const rows: [string, Content, string, Content][] = [
    ...rtpRows(media.rtp),
    [
      "Packet loss, server → subscribers, as the server counts it",
      share(media.loss),
      counts(media.loss),
      source(media.loss, media.lossReason === null ? server : bareReason(media.lossReason)),
    ],
    [
      "Packet loss, publishers → server",
      share(media.incomingLoss),
      counts(media.incomingLoss),
      source(media.incomingLoss, server),
    ],
    ["Retransmitted", share(media.retransmission), counts(media.retransmission), source(media.retransmission, server)],
    [
      "Sent by the server",
      figure(media.bytesOut, formatBytes),
      packets(media.packetsOut),
      named(media.bytesOut ?? media.packetsOut, counters, server),
    ],
    [
      "Received by the server",
      figure(media.bytesIn, formatBytes),
      packets(media.packetsIn),
      named(media.bytesIn ?? media.packetsIn, counters, server),
    ],
    [
      "Received by all hosts",
      figure(media.hostsRxBps, formatBitrate),
      "–",
      named(media.hostsRxBps, "host counters (NIC)", host),
    ],
    [
      "Sent by all hosts",
      figure(media.hostsTxBps, formatBitrate),
      "–",
      named(media.hostsTxBps, "host counters (NIC)", host),
    ],
    [
      "lk-reported drops, not loss",
      share(media.lkReportedDrops),
      counts(media.lkReportedDrops),
      source(media.lkReportedDrops, "lk printed no summary"),
    ],
  ];
  const columns = [
    { head: "Figure", wraps: true },
    { head: "Value", numeric: true },
    { head: "Counted", numeric: true },
    { head: "Source", wraps: true },
  ];
  return section(
    "media",
    "Media",
    windowSentence(result),
    table(
      "Packets and bytes",
      columns,
      rows.map((cells) => ({ cells })),
    ),
  );
}

function windowSentence({ media, phases }: Result): string {
  const meaning =
    "Packet loss on the way to the hosts is read from the RTP sequence numbers that arrive there, per stream: the " +
    "packets that never came, before any repair. The servers count by what subscribers report to them.";
  if (!media.serverWindow) return meaning;
  const { fromMs, toMs, note } = media.serverWindow;
  const zeroMs = phases.startAtMs;
  const bounds =
    zeroMs === null
      ? `${formatUtc(fromMs)} and ${formatUtc(toMs)}`
      : `${formatElapsed(fromMs - zeroMs)} and ${formatElapsed(toMs - zeroMs)}`;
  return `${meaning} They were compared between the scrapes at ${bounds} (${note}).`;
}

/** What the hosts saw. */
function rtpRows(rtp: RtpResult): [string, Content, string, Content][] {
  const read = streamShareText(rtp.streamShare);
  const source = html`${rtpSource}${read === null ? null : `, ${read}`}${rtp.reason === null ? null : missing(`: ${rtp.reason}`)}`;
  const row = (name: string, value: RtpResult["loss"]): [string, Content, string, Content] => {
    return [name, share(value), counts(value), value ? source : missing(rtp.reason ?? "none of this kind came")];
  };
  const { audio, video } = rtp;
  const rows = [
    row("Packet loss on the way to the hosts", rtp.loss),
    row("of audio", audio?.loss ?? null),
    row("of video, before repair", video?.loss ?? null),
  ];
  if (rtp.lossAfterRepair && rtp.repaired !== null) {
    const again = `${formatCount(rtp.repaired)} came again, at most`;
    rows.push(["after repair, at least", share(rtp.lossAfterRepair), again, source]);
  }
  for (const [name, kind] of [
    ["Jitter of audio", audio],
    ["Jitter of video", video],
  ] as const) {
    if (!kind) continue;
    const worst = `${formatCount(kind.streams)} streams, worst ${formatMs(kind.maxJitterMs)}`;
    rows.push([name, html`<b>${formatMs(kind.jitterMs)}</b>`, worst, source]);
  }
  return rows;
}

const share = (value: Share | null): Content => (value ? html`<b>${formatShare(value.value)}</b>` : notMeasured());
const counts = (value: Share | null) => (value ? `${formatCount(value.part)} of ${formatCount(value.whole)}` : "–");
const source = (value: Share | null, reason: string): Content => (value ? value.source : missing(reason));
const figure = (value: number | null, format: (value: number) => string): Content =>
  value === null ? notMeasured() : html`<b>${format(value)}</b>`;
const packets = (value: number | null) => (value === null ? "packets not measured" : `${formatCount(value)} packets`);
const named = (value: number | null, name: string, reason: string): Content =>
  value === null ? missing(reason) : name;
const missing = (reason: string) => html`<span class="missing">${reason}</span>`;
