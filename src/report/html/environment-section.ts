/** Where and with what it was measured: enough to do it again. */
import type { HostResult, Result } from "../../metrics/result.ts";
import { bootHeads, bootRows } from "../boot-rows.ts";
import { byName } from "../host-outliers.ts";
import { formatUtc } from "../moment.ts";
import { formatBytes, formatCount, formatMs } from "../quantity.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { section } from "./section.ts";
import { notMeasured, table } from "./table.ts";

export function environmentSection(result: Result): Markup {
  const { run, livekit, lk, timing } = result;
  const facts: [string, Content][] = [
    ["LiveKit server", livekit.serverVersion ?? notMeasured("the server did not tell its version")],
    [
      "Media",
      `${lk.videoCodec}, ${lk.videoResolution}, ${lk.simulcast ? "simulcast" : "no simulcast"}, layout ${lk.layout}${lk.simulateSpeakers ? ", simulated speakers" : ""}`,
    ],
    ["Start rate", `${lk.numPerSecond} participants per second and process`],
    [
      "Planned",
      `ramp ${formatMs(timing.rampMs)}, hold ${formatMs(timing.durationMs)}, total ${formatMs(timing.totalMs)}`,
    ],
    ["lkload", `${run.lkloadVersion}${run.gitSha ? `, ${run.gitSha}` : ""}`],
    ["Controller", `Node ${run.controller.node}, ${run.controller.platform}, ${run.controller.cores} cores`],
    ["Created", formatUtc(run.createdAtMs)],
  ];
  return section(
    "environment",
    "Environment and provenance",
    null,
    html`<h3>Do it again</h3>
      <pre class="command"><code>${run.command}</code></pre>`,
    html`<dl class="pairs">
      ${facts.map(
        ([term, fact]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${fact}</dd>
          </div>`,
      )}
    </dl>`,
    bootTimes(result),
    html`<h3>Host software</h3>`,
    softwareTable(result.hosts),
    html`<h3>Kernel settings</h3>`,
    tuningGroups(result.hosts),
  );
}

function bootTimes(result: Result): Markup | false {
  const rows = bootRows(result);
  if (rows.length === 0) return false;
  const columns = bootHeads.map((head, index) => ({ head, numeric: index > 1 }));
  return html`<h3>VMs made for the run</h3>
    <p>
      Made: from asking for the VM until the cloud says that it runs. Boot to SSH: from then until SSH answered with the
      key that was known before. Boot to ready: until cloud-init was done.
    </p>
    ${table(
      "VMs and how long they took",
      columns,
      rows.map(({ host, vm, times }) => ({
        cells: [html`<b>${host}</b>`, vm, ...times.map((time) => time ?? notMeasured("not reached"))],
      })),
    )}`;
}

/** Hosts that are alike are one row. */
function groupBy(hosts: readonly HostResult[], key: (host: HostResult) => unknown): HostResult[][] {
  const groups = new Map<string, HostResult[]>();
  for (const host of hosts.toSorted((a, b) => byName(a.name, b.name))) {
    const name = JSON.stringify(key(host));
    groups.set(name, [...(groups.get(name) ?? []), host]);
  }
  return [...groups.values()].toSorted((a, b) => b.length - a.length);
}

function hostList(hosts: readonly HostResult[]): Markup {
  const names = hosts.map(({ name }) => name);
  if (names.length <= 3) return html`<b>${names.join(", ")}</b>`;
  return html`<details>
    <summary><b>${formatCount(names.length)} hosts</b></summary>
    <small>${names.join(", ")}</small>
  </details>`;
}

function softwareTable(hosts: readonly HostResult[]): Markup {
  const groups = groupBy(hosts, ({ configured }) => configured && [configured.facts, configured.lk]);
  const columns = ["Hosts", "System", "Kernel", "Cores", "Memory", "lk", "lk SHA-256", "Further facts"];
  const rows = groups.map((group) => {
    const configured = group[0]?.configured;
    if (!configured)
      return { cells: [hostList(group), notMeasured("not configured"), ...columns.slice(2).map(() => "–")] };
    const { facts, lk } = configured;
    return {
      cells: [
        hostList(group),
        known(facts.os),
        `${facts.kernel ?? "kernel not measured"} ${facts.arch ?? ""}`.trim(),
        facts.cores === null ? notMeasured() : formatCount(facts.cores),
        facts.memoryKb === null ? notMeasured() : formatBytes(facts.memoryKb * 1024),
        lk ? html`${lk.version} <small>${lk.source}</small>` : notMeasured("not installed"),
        lk ? html`<code class="hash">${lk.sha256}</code>` : "–",
        Object.entries(facts.other).map(([name, value]) => html`<span class="fact">${name}: ${value}</span> `),
      ],
    };
  });
  const wide = new Set(["System", "lk SHA-256", "Further facts"]);
  return table(
    "Software of the hosts",
    columns.map((head) => ({ head, wraps: wide.has(head) })),
    rows,
  );
}

const known = (value: string | null) => value ?? notMeasured();

function tuningGroups(hosts: readonly HostResult[]): Markup {
  const groups = groupBy(hosts, ({ configured }) => configured?.tuning ?? null);
  return html`${groups.map((group) => {
    const tuning = group[0]?.configured?.tuning;
    if (!tuning) return html`<p class="note none">${names(group)}: not configured, so nothing was changed.</p>`;
    const changed = tuning.knobs.filter(({ state }) => state === "changed").length;
    const denied = tuning.knobs.filter(({ state }) => state === "denied").length;
    const summary = tuning.applied
      ? `${changed} of ${tuning.knobs.length} changed${denied > 0 ? `, ${denied} denied` : ""}`
      : `not applied${tuning.reason ? `: ${tuning.reason}` : ""}`;
    const rows = tuning.knobs.map(({ name, state, before, after }) => ({
      tone: state === "denied" ? ("warn" as const) : undefined,
      cells: [html`<code>${name}</code>`, state, before, after],
    }));
    const columns = [
      { head: "Setting" },
      { head: "State" },
      { head: "Before", numeric: true },
      { head: "During", numeric: true },
    ];
    const title = `Kernel settings of ${names(group)}`;
    return html`<details class="fold">
      <summary><b>${names(group)}</b>: ${summary}</summary>
      ${rows.length > 0 ? table(title, columns, rows) : html`<p>No setting was looked at.</p>`}
    </details>`;
  })}`;
}

function names(group: readonly HostResult[]): string {
  const first = group
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ");
  return group.length > 3 ? `${formatCount(group.length)} hosts (${first}, …)` : first;
}
