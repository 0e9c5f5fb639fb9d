/** What `lkload gc` shows. Pure. */
import type { GcDocument, GcResource } from "../fleet/openstack/gc-document.ts";
import { textTable, wrapped, type TextColumn } from "../report/text-table.ts";
import { visibleText } from "../report/visible-text.ts";

const heads: readonly TextColumn[] = [
  { title: "run", align: "left", isFlexible: true },
  { title: "kind", align: "left" },
  { title: "n", align: "right" },
  { title: "names", align: "left", isFlexible: true },
];

/** A block per run: who made it and when, then what there is, kind by kind; ends with a line break. */
export function gcText(document: GcDocument, { columns }: { columns: number }): string {
  const { acted, found, deleted, left, project, source } = document;
  const where = visibleText(`project ${project} (${source})`);
  if (found.length === 0) return paragraph(`Nothing of lkload's that fits in ${where}.`, columns);
  const shown = acted ? deleted : found;
  const lines = [
    ...(shown.length === 0 ? [] : wrapped("", `${acted ? "Deleted" : "Would be deleted"} in ${where}:`, columns)),
    ...runLines(shown, document.lookedAtMs, columns),
  ];
  if (acted && left.length > 0) {
    lines.push("", `Not deleted: ${left.length}`);
    for (const { kind, name, id, region, reason } of left) {
      const place = region === null ? "" : `, region ${region}`;
      const what = `${kind} ${name || "without a name"} (${id}${place}): ${reason ?? "the cloud gave no reason"}`;
      lines.push(...wrapped("  ", visibleText(what), columns));
    }
  }
  lines.push("", ...wrapped("", summary(document), columns));
  return lines.map((line) => `${line}\n`).join("");
}

function summary({ acted, found, deleted, left }: GcDocument): string {
  if (!acted)
    return `Dry run: ${count(found.length)} found, nothing deleted. --yes deletes what --expired, --older-than, a run's id or --all selects.`;
  if (left.length === 0) return `${count(deleted.length)} deleted, nothing left.`;
  return `${count(deleted.length)} deleted, ${left.length} left: mend what is named and call it again.`;
}

const count = (n: number) => (n === 1 ? "1 resource" : `${n} resources`);

function runLines(resources: readonly GcResource[], nowMs: number, columns: number): string[] {
  const lines: string[] = [];
  for (const [runId, ofRun] of Map.groupBy(resources, (one) => one.runId)) {
    lines.push("", ...wrapped("", visibleText(`${runId}  ${about(ofRun, nowMs)}`), columns));
    const kinds = [...Map.groupBy(ofRun, ({ kind }) => kind)];
    const rows = kinds.map(([kind, all]) => ["", kind, String(all.length), names(all)]);
    lines.push(...textTable(heads, rows, columns).slice(1));
  }
  return lines;
}

/** Without the run's own name where there is more in it. */
function names(resources: readonly GcResource[]): string {
  const texts = resources.map(({ name, id, runId }) => {
    const place = name.lastIndexOf(`${runId}-`);
    return visibleText(place === -1 ? name || id : `…${name.slice(place + runId.length)}`);
  });
  return texts.length > 4 ? `${texts.slice(0, 2).join(", ")} to ${texts.at(-1)}` : texts.join(", ");
}

function about(resources: readonly GcResource[], nowMs: number): string {
  const first = <Key extends "owner" | "createdAtMs" | "expiresAtMs">(key: Key) =>
    resources.find((one) => one[key] !== null)?.[key] ?? null;
  const owner = first("owner");
  const createdAtMs = first("createdAtMs");
  const expiresAtMs = first("expiresAtMs");
  const regions = [...new Set(resources.map(({ region }) => region))].filter((region) => region !== null);
  return [
    `by ${owner ?? "unknown"}`,
    createdAtMs === null ? "age unknown" : `${age(nowMs - createdAtMs)} old`,
    expiresAtMs === null
      ? "expiry unknown"
      : expiresAtMs <= nowMs
        ? `expired ${age(nowMs - expiresAtMs)} ago`
        : `expires in ${age(expiresAtMs - nowMs)}`,
    ...(regions.length === 0 ? [] : [`in ${regions.join(", ")}`]),
  ].join(", ");
}

/** The two largest units at most. */
function age(durationMs: number): string {
  const minutes = Math.max(0, Math.floor(durationMs / 60_000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}

function paragraph(text: string, columns: number): string {
  return wrapped("", text, columns)
    .map((line) => `${line}\n`)
    .join("");
}
