/** "Where was it lost?": each loss, delay or failed join with its place and what says so. */
import type { Finding, Place } from "../../metrics/attribution/result.ts";
import type { Result } from "../../metrics/result.ts";
import { nothingFound, placeWords, sortedEvidence } from "../attribution-words.ts";
import { formatCount, formatMs } from "../quantity.ts";
import { pill } from "./icon.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

const shownHosts = 5;

export function attributionSection({ attribution }: Result): Markup {
  const { findings } = attribution;
  return section(
    "attribution",
    "Where was it lost?",
    "A place is named only where the evidence decides: drops that a host counted itself, a target that had to wait, or a way on which packets went missing while both ends had time to spare.",
    findings.length === 0 ? html`<p class="note none">${nothingFound}</p>` : findings.map(finding),
    answers(attribution.answers),
  );
}

const tones: Record<Place, "bad" | "warn" | "none"> = {
  generator: "warn",
  network: "bad",
  target: "bad",
  unknown: "none",
};

function finding(one: Finding): Markup {
  const named = one.hosts.slice(0, shownHosts).join(", ");
  const more = one.hosts.length > shownHosts ? ` and ${formatCount(one.hosts.length - shownHosts)} more` : "";
  const rows = sortedEvidence(one).map(({ speaksFor, text, source }) => ({
    cells: [text, speaksFor === null ? "–" : placeWords[speaksFor], source],
  }));
  const columns = [{ head: "What was seen", grows: true }, { head: "Speaks for" }, { head: "Source" }];
  return html`<h3>${one.text}</h3>
    <p>
      ${pill(tones[one.place], one.place === "unknown" ? "unknown" : placeWords[one.place])}
      ${one.place === "unknown" && "The evidence does not decide."}
      ${one.hosts.length > 1 && html`<small>${named}${more}</small>`}
    </p>
    ${table(`Evidence: ${one.text}`, columns, rows)}`;
}

function answers({ n, failed, connectP50Ms, answerP50Ms, answerP90Ms }: Result["attribution"]["answers"]): Markup {
  const ms = (value: number | null) => (value === null ? notMeasured() : formatMs(value));
  return html`<dl class="pairs">
    <div>
      <dt>Target's time to answer a plain request</dt>
      <dd>median ${ms(answerP50Ms)}, 90th percentile ${ms(answerP90Ms)}</dd>
    </div>
    <div>
      <dt>Time to connect to it</dt>
      <dd>median ${ms(connectP50Ms)}</dd>
    </div>
    <div>
      <dt>Requests in the steady window</dt>
      <dd>${formatCount(n)}, ${failed === 0 ? "all answered" : `${formatCount(failed)} failed`}</dd>
    </div>
  </dl>`;
}
