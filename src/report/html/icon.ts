/** Signs for what must not be told by colour alone. Drawn here: fonts differ in what they have. */
import { html, type Markup } from "./markup.ts";

export type IconName = "ok" | "bad" | "warn" | "none";

/** Shared shapes, once per document. */
export const iconDefinitions: Markup = html`<svg class="defs" aria-hidden="true" width="0" height="0">
  <symbol id="i-ok" viewBox="0 0 16 16"><path d="M3.2 8.6l3.1 3.1 6.5-7.2" /></symbol>
  <symbol id="i-bad" viewBox="0 0 16 16"><path d="M4 4l8 8M12 4l-8 8" /></symbol>
  <symbol id="i-warn" viewBox="0 0 16 16"><path d="M8 3v6M8 12.4v.2" /></symbol>
  <symbol id="i-none" viewBox="0 0 16 16"><path d="M4 8h8" /></symbol>
  <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect class="hatch-ground" width="6" height="6" />
    <rect class="hatch-line" width="1.5" height="6" />
  </pattern>
</svg>`;

export function icon(name: IconName): Markup {
  return html`<svg class="icon" aria-hidden="true"><use href="#i-${name}" /></svg>`;
}

/** A status as sign and word. */
export function pill(tone: "ok" | "bad" | "warn" | "none", text: string): Markup {
  return html`<span class="pill ${tone}">${icon(tone)}${text}</span>`;
}
