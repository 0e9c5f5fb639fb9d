/** What the numbers are not. */
import type { Result } from "../../metrics/result.ts";
import { formatBitrate, formatCount, formatShare } from "../quantity.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured } from "./table.ts";

export function caveatSection(result: Result): Markup {
  const { lkReportedDrops, lkReportedBitrateBps } = result.media;
  return section(
    "caveats",
    "What these numbers are not",
    null,
    html`<ul class="caveats">
      <li>
        <b>lk is not a browser.</b> It sends prepared media, decodes nothing, and adapts less than a browser does: the
        load on the server is real, what a person would see and hear is not measured.
      </li>
      <li>
        <b>lk-reported drops are not packet loss.</b> They count drop events of lk's sample builder, which treats every
        video as H.264. Reported here:
        ${lkReportedDrops ? `${formatShare(lkReportedDrops.value)} (${formatCount(lkReportedDrops.part)} of ${formatCount(lkReportedDrops.whole)})` : notMeasured("lk printed no summary")}.
        No threshold is judged on them.
      </li>
      <li>
        <b>lk-reported bitrate</b> is RTP payload only and reads low, because lk's clock runs on while it disconnects.
        Reported here:
        ${lkReportedBitrateBps === null ? notMeasured("lk printed no summary") : formatBitrate(lkReportedBitrateBps)}.
        The figures of the NICs count whole packets.
      </li>
      <li>
        <b>A failed join looks like a slow one</b> at first: lk retries up to ten times, a second apart. Latencies here
        count from the intended start for that reason.
      </li>
      <li>
        <b>Percentiles from a server histogram</b> are read off wide buckets: the true value lies anywhere in the
        bucket.
      </li>
    </ul>`,
    result.warnings.length > 0 &&
      html`<h3>Warnings of this run</h3>
        <ul class="caveats">
          ${result.warnings.map((warning) => html`<li>${warning}</li>`)}
        </ul>`,
  );
}
