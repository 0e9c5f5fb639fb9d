/** What `lkload plan` shows. */
import { formatDuration } from "../config/duration.ts";
import { styleText } from "node:util";
import { layoutCaps } from "../plan/expected-tracks.ts";
import type { Plan } from "../plan/plan.ts";
import { planTables } from "./plan-tables.ts";
import { formatCount, formatMs } from "./quantity.ts";
import { wrapped } from "./text-table.ts";
import { visibleText } from "./visible-text.ts";

export type TextOptions = {
  /** Width of the terminal. */
  readonly columns: number;
  readonly color: boolean;
};

const leastColumns = 72;
const signs = { "<=": "≤", ">=": "≥", "<": "<", ">": ">" } as const;

/** Who does what, for people: ends with a line break. Long lists are cut; the plan document has all of them. */
export function planText(plan: Plan, { columns, color }: TextOptions): string {
  const width = Math.max(leastColumns, columns);
  const paint = (style: "bold" | "yellow", text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", paint("bold", title), ...lines];
  const scenario = plan.scenario === null ? "" : `, scenario ${plan.scenario}`;
  const tables = planTables(plan, width - 2).flatMap(({ title, lines }) =>
    section(
      title,
      lines.map((line) => `  ${line}`),
    ),
  );
  return [
    paint("bold", `Plan ${plan.runId}${scenario}`),
    ...summary(plan).flatMap(([name, text]) => wrapped(`  ${name.padEnd(10)}`, visibleText(text), width)),
    ...tables,
    ...section("Thresholds", thresholdLines(plan)),
    ...section(
      "Warnings",
      plan.warnings.flatMap((text) => wrapped("  ! ", visibleText(text), width)).map((line) => paint("yellow", line)),
    ),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function summary(plan: Plan): [string, string][] {
  const { totals, timing, lk } = plan;
  const [rooms, processes] = [plan.rooms.length, plan.segments.length];
  return [
    ["Load", totals.product],
    [
      "",
      `${formatCount(totals.publishers)} publishers (${formatCount(totals.videoPublishers)} with video, ` +
        `${formatCount(totals.audioPublishers)} with audio), ${formatCount(totals.subscribers)} subscribers`,
    ],
    [
      "",
      `${formatCount(rooms)} ${rooms === 1 ? "room" : "rooms"}, ${formatCount(processes)} lk ${processes === 1 ? "process" : "processes"}`,
    ],
    ["Target", plan.livekitUrl === "" ? "not set" : plan.livekitUrl],
    ["Media", mediaText(plan)],
    ["Tracks", `layout ${lk.layout}: a subscriber gets all tracks of up to ${layoutCaps[lk.layout]} publishers`],
    [
      "Time",
      `ramp ${formatMs(timing.rampMs)} + hold ${formatMs(timing.durationMs)} = ${formatMs(timing.totalMs)}; ` +
        `each process starts ${lk.numPerSecond} participants per second`,
    ],
    ["Hosts", hostsText(plan)],
    ...openstackLines(plan),
  ];
}

function mediaText({ lk, totals }: Plan): string {
  const speakers = lk.simulateSpeakers ? ", speakers simulated" : "";
  if (totals.videoPublishers === 0) return `audio only${speakers}`;
  const simulcast = lk.simulcast ? "with simulcast" : "without simulcast";
  return `${lk.videoResolution} ${lk.videoCodec.toUpperCase()} video ${simulcast}${speakers}`;
}

function hostsText({ hosts, minHosts, fleet }: Plan): string {
  if (fleet === "local") return "this machine";
  const made = fleet === "openstack" ? "VMs made for the run" : "over SSH";
  const needed = minHosts === hosts.length ? "all are needed" : `at least ${formatCount(minHosts)} are needed`;
  return hosts.length === 1 ? `1, ${made.replace("VMs", "a VM")}` : `${formatCount(hosts.length)}, ${made}; ${needed}`;
}

function openstackLines({ openstack, expiresAfterMs }: Plan): [string, string][] {
  if (openstack === null) return [];
  const lines: [string, string][] = [
    ["VMs", `flavor ${openstack.flavor}, image ${openstack.image}`],
    ["", `network ${openstack.network}`],
    ["", `power themselves off ${formatMs(expiresAfterMs)} after they were asked for`],
  ];
  for (const { cloud, region, creates } of openstack.clouds) {
    const where = [cloud === null ? "" : ` in cloud ${cloud}`, region === null ? "" : `, region ${region}`].join("");
    lines.push([
      "Makes",
      `${creates.map(({ kind, count }) => `${formatCount(count)} ${plural(kind, count)}`).join(", ")}${where}`,
    ]);
  }
  return lines;
}

const plural = (kind: string, count: number) => (count === 1 ? kind : `${kind}s`);

function thresholdLines({ thresholds }: Plan): string[] {
  if (thresholds.length === 0) return ["  none: this run cannot fail, only be invalid"];
  return thresholds.map(({ metric, op, value, unit, origin, forMs, abortOnFail }) => {
    const sliding =
      forMs === undefined ? "" : ` in any ${formatDuration(forMs)}${abortOnFail ? ", or it ends the load" : ""}`;
    const limit = `${signs[op]} ${value} ${unit}${sliding}`;
    return `  ${metric.padEnd(20)}${limit.padEnd(12)}${sliding === "" ? "" : "  "}${origin === "user" ? "set by you" : "default"}`;
  });
}
