/** The report as one file: no script, no network, nothing that it does not carry itself. */
import { createHash } from "node:crypto";
import type { Result, Teardown } from "../metrics/result.ts";
import { keyFigures } from "./figures.ts";
import { attributionSection } from "./html/attribution-section.ts";
import { banner } from "./html/banner.ts";
import { caveatSection } from "./html/caveat-section.ts";
import { environmentSection } from "./html/environment-section.ts";
import { errorSection } from "./html/error-section.ts";
import { figureCards } from "./html/figure-cards.ts";
import { hostSection } from "./html/host-section.ts";
import { iconDefinitions } from "./html/icon.ts";
import { kubernetesSection } from "./html/kubernetes-section.ts";
import { latencySection } from "./html/latency-section.ts";
import { html, Markup } from "./html/markup.ts";
import { mediaSection } from "./html/media-section.ts";
import { probeSection } from "./html/probe-section.ts";
import { roomSection } from "./html/room-section.ts";
import { serverSection } from "./html/server-section.ts";
import { style } from "./html/style.ts";
import { teardownSection } from "./html/teardown-section.ts";
import { thresholdSection } from "./html/threshold-section.ts";
import { timelineSection } from "./html/timeline-section.ts";
import { trustSection } from "./html/trust-section.ts";
import { formatUtc } from "./moment.ts";

const parts = [
  ["thresholds", "Thresholds"],
  ["trust", "Can I trust this?"],
  ["attribution", "Where was it lost?"],
  ["timeline", "Over time"],
  ["latency", "Latency"],
  ["probes", "Probes"],
  ["media", "Media"],
  ["hosts", "Hosts"],
  ["rooms", "Rooms"],
  ["servers", "LiveKit servers"],
  ["kubernetes", "Kubernetes"],
  ["errors", "Errors"],
  ["caveats", "What these numbers are not"],
  ["environment", "Environment"],
  ["teardown", "Teardown"],
] as const;

/**
 * `report.html`. The same result gives the same bytes.
 * @param teardown Null when nothing was torn down yet: the report then says so.
 */
export function renderHtml(result: Result, teardown: Teardown | null): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${result.verdict.status.toUpperCase()}: ${result.name} ${result.run.runId}</title>
        <link rel="icon" href="data:," />
        ${new Markup(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#thresholds">Skip to the thresholds</a>
        ${iconDefinitions} ${banner(result)} ${figureCards(keyFigures(result))}
        <nav class="page" aria-label="Parts of the report">
          <ul>
            ${shownParts(result).map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        <main>
          ${thresholdSection(result)} ${trustSection(result)} ${attributionSection(result)} ${timelineSection(result)}
          ${latencySection(result)} ${result.probes && probeSection(result.probes, result)} ${mediaSection(result)}
          ${hostSection(result)} ${roomSection(result)} ${result.servers && serverSection(result.servers)}
          ${result.kubernetes && kubernetesSection(result.kubernetes)} ${errorSection(result)} ${caveatSection(result)}
          ${environmentSection(result)} ${teardownSection(teardown)}
        </main>
        <footer>
          Made by lkload ${result.run.lkloadVersion} from result.json (version ${result.version}) of run
          ${result.run.runId}, created ${formatUtc(result.run.createdAtMs)}. Every figure names its source; one without
          was not measured and says so. All times are UTC, by the controller's clock.
        </footer>
      </body>
    </html> `;
  return document.text;
}

/** What was not watched has no part. */
function shownParts(result: Result) {
  return parts.filter(([id]) => (id !== "kubernetes" && id !== "servers" && id !== "probes") || result[id] !== null);
}

/** Nothing may be loaded, and no style but ours may apply. */
function policy(): string {
  const digest = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`;
}
