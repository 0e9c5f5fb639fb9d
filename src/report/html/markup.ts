/**
 * HTML that cannot be injected into: only the template tag makes {@link Markup}, and it escapes every value that is
 * not Markup itself.
 */
import { visibleText } from "../visible-text.ts";

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for element content and quoted attribute values. */
export function escapeHtml(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(render).join("");
  return escapeHtml(String(content));
}

/** Template tag: the literal parts are markup, all else is escaped. */
export function html(literals: TemplateStringsArray, ...values: Content[]): Markup {
  let text = literals[0] ?? "";
  for (const [index, value] of values.entries()) text += render(value) + (literals[index + 1] ?? "");
  return new Markup(text);
}
