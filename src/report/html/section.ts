import { type Content, html, type Markup } from "./markup.ts";

/** A part of the report with its own place to link to. */
export function section(id: string, title: string, lead: Content, ...body: Content[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${lead ? html`<p class="lead">${lead}</p>` : null} ${body}
  </section>`;
}
