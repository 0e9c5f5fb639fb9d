/** The proof that nothing is left: everything made is removed. */
import type { Teardown } from "../../metrics/result.ts";
import { formatUtc } from "../moment.ts";
import { formatCount } from "../quantity.ts";
import { pill } from "./icon.ts";
import { html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

export function teardownSection(teardown: Teardown | null): Markup {
  if (!teardown) {
    return section(
      "teardown",
      "Teardown",
      null,
      html`<p class="note warn">
        <b>No proof yet.</b> This report was written before anything was removed, or the run was kept.
        <code>lkload runs</code> lists what a run still owns.
      </p>`,
    );
  }
  const { items, leftovers, complete, finishedAtMs } = teardown;
  const made = items.reduce((sum, item) => sum + item.made, 0);
  const removed = items.reduce((sum, item) => sum + item.removed, 0);
  const rows = items.map((item) => ({
    tone: item.removed < item.made ? ("bad" as const) : undefined,
    cells: [
      item.what,
      item.where,
      formatCount(item.made),
      formatCount(item.removed),
      item.removed < item.made ? pill("bad", `${formatCount(item.made - item.removed)} left`) : pill("ok", "gone"),
      item.note ?? "–",
    ],
  }));
  const columns = [
    { head: "What", wraps: true },
    { head: "Where", wraps: true },
    { head: "Made or changed", numeric: true },
    { head: "Removed or restored", numeric: true },
    { head: "Proof" },
    { head: "Note", wraps: true },
  ];
  return section(
    "teardown",
    "Teardown",
    `${formatCount(made)} made or changed, ${formatCount(removed)} removed or restored, at ${formatUtc(finishedAtMs)}.`,
    complete && leftovers.length === 0
      ? html`<p class="note ok"><b>Nothing is left behind.</b></p>`
      : html`<p class="note bad">
          <b>Teardown is incomplete.</b> <code>lkload destroy</code> can be run again without harm.
        </p>`,
    leftovers.length > 0 &&
      html`<ul class="leftovers">
        ${leftovers.map((leftover) => html`<li>${leftover}</li>`)}
      </ul>`,
    table("What was made and what was removed", columns, rows),
  );
}
