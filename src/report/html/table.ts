/** Tables that scroll inside themselves on narrow screens and name their headers for screen readers. */
import { type Content, html, type Markup } from "./markup.ts";

export interface Column {
  readonly head: Content;
  /** Numbers stand right, so that their digits line up. */
  readonly numeric?: boolean;
  /** Long text may wrap; everything else stays on one line. */
  readonly wraps?: boolean;
}

export interface Row {
  readonly cells: readonly Content[];
  readonly tone?: "bad" | "warn" | "unjudged" | undefined;
}

/** `caption` is read out, and shown where `isCaptionShown`. The first column heads its row. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Row[],
  options: { isCaptionShown?: boolean } = {},
): Markup {
  const kind = ({ numeric, wraps }: Column) => (numeric ? "num" : wraps ? "wrap" : "text");
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table>
      <caption class="${options.isCaptionShown ? "shown" : "unseen"}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => renderRow(row, columns.map(kind)))}
      </tbody>
    </table>
  </div>`;
}

function renderRow({ cells, tone }: Row, kinds: readonly string[]): Markup {
  const [first, ...rest] = cells;
  const body = rest.map((cell, index) => html`<td class="${kinds[index + 1]}">${cell}</td>`);
  return html`<tr${tone ? html` class="${tone}"` : null}><th scope="row" class="${kinds[0]}">${first}</th>${body}</tr>
`;
}

/** A cell without a figure: said, never blank and never 0. */
export function notMeasured(reason?: string): Markup {
  return html`<span class="missing">not measured${reason ? html` <small>(${reason})</small>` : null}</span>`;
}
