import type { Figure } from "../figures.ts";
import { html, type Markup } from "./markup.ts";

export function figureCards(figures: readonly Figure[]): Markup {
  return html`<div class="page"><dl class="cards" aria-label="Key figures">${figures.map(card)}</dl></div>`;
}

function card({ label, value, detail, source }: Figure): Markup {
  const measured =
    value === null ? html`<dd class="value missing">not measured</dd>` : html`<dd class="value">${value}</dd>`;
  return html`<div class="card">
    <dt>${label}</dt>
    ${measured}
    <dd class="detail">${detail}</dd>
    ${source ? html`<dd class="source">${source}</dd>` : null}
  </div>`;
}
