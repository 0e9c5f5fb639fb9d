/** Tables that scroll inside themselves on narrow screens and name their headers for screen readers. */
import { type Content, html, type Markup } from "./markup.ts";

export interface Column {
  readonly head: Content;
  /** Numbers stand right, so that their digits line up. */
  readonly numeric?: boolean;
  /** Long text may wrap; everything else stays on one line. */
  readonly wraps?: boolean;
  /** Wraps, and takes the width that the others leave. */
  readonly grows?: boolean;
}

export interface Row {
  readonly cells: readonly Content[];
  readonly tone?: "bad" | "warn" | "unjudged" | undefined;
}

export interface TableOptions {
  readonly isCaptionShown?: boolean;
  /** On a phone each row becomes a block of lines, so that nothing needs scrolling. Heads must be plain text. */
  readonly isStackedOnPhones?: boolean;
}

/** `caption` is read out, and shown where asked for. The first column heads its row. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Row[],
  options: TableOptions = {},
): Markup {
  const heads = columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.head}</th>`);
  const isStacked = options.isStackedOnPhones ?? false;
  return html`<div class="scroll${isStacked && " stacked"}" role="region" tabindex="0" aria-label="${caption}">
    <table>
      <caption class="${options.isCaptionShown ? "shown" : "unseen"}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => renderRow(row, columns, isStacked))}
      </tbody>
    </table>
  </div>`;
}

const kind = ({ numeric, wraps, grows }: Column) => (numeric ? "num" : grows ? "grow" : wraps ? "wrap" : "text");

function renderRow({ cells, tone }: Row, columns: readonly Column[], isStacked: boolean): Markup {
  const parts = cells.map((content, index) => {
    const column = columns[index] ?? { head: "" };
    const inner = isStacked ? html`<div class="in">${content}</div>` : content;
    if (index === 0) return html`<th scope="row" class="${kind(column)}">${inner}</th>`;
    return html`<td class="${kind(column)}" ${isStacked && html` data-head="${column.head}"`}>${inner}</td>`;
  });
  return html`<tr${tone && html` class="${tone}"`}>${parts}</tr>
`;
}

/** A cell without a figure: said, never blank and never 0. */
export function notMeasured(reason?: string): Markup {
  return html`<span class="missing">not measured${reason && html` <small>(${reason})</small>`}</span>`;
}
