import type { Result } from "../../metrics/result.ts";
import { formatCount } from "../quantity.ts";
import { rawHref } from "../raw-place.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

const shownErrors = 200;
const shownHosts = 4;

/** Errors in groups, most frequent first, each with the place of its first line. */
export function errorSection({ errors }: Result): Markup {
  if (errors.length === 0) return section("errors", "Errors", "None was seen in the streams of the hosts.");
  const sorted = errors.toSorted((a, b) => b.count - a.count);
  const rows = sorted.slice(0, shownErrors).map(({ kind, message, count, hosts, first }) => ({
    cells: [kind, formatCount(count), html`<code class="message">${message}</code>`, hostNames(hosts), place(first)],
  }));
  const columns = [
    { head: "Kind" },
    { head: "Count", numeric: true },
    { head: "Message", grows: true },
    { head: "Hosts", wraps: true },
    { head: "First seen in" },
  ];
  const total = errors.reduce((sum, { count }) => sum + count, 0);
  return section(
    "errors",
    "Errors",
    `${formatCount(total)} in ${formatCount(errors.length)} groups. Paths are inside the run's folder, where this report stands.`,
    table("Errors by kind and message", columns, rows),
    errors.length > shownErrors &&
      html`<p class="note none">${errors.length - shownErrors} rarer groups are in result.json.</p>`,
  );
}

function hostNames(hosts: readonly string[]): string {
  const more = hosts.length - shownHosts;
  return more > 0 ? `${hosts.slice(0, shownHosts).join(", ")} and ${more} more` : hosts.join(", ");
}

function place(first: string): Markup {
  const href = rawHref(first);
  return href ? html`<a href="${href}"><code>${first}</code></a>` : html`<code>${first}</code>`;
}
