/** The checks that decide whether a measurement can be trusted, each with its outcome and what it rests on. */
import type { HostResult, Reason, Result, Share } from "../metrics/result.ts";
import { saturatedForMs, saturatedPercent } from "../metrics/saturation.ts";
import { tainting } from "../metrics/verdict.ts";
import { formatCount, formatMs, formatPercent, formatShare } from "./quantity.ts";

export type ValidityKind = Exclude<Reason["kind"], "threshold">;

export interface ValidityCheck {
  readonly kind: ValidityKind;
  /** What holds when the check is fulfilled. */
  readonly name: string;
  /** `unknown`: nothing speaks against it, but it was not measured everywhere. */
  readonly status: "held" | "broken" | "unknown";
  /** What was measured, or why nothing was. */
  readonly detail: string;
}

type Finding = { unknown: boolean; detail: string };
const known = (detail: string): Finding => ({ unknown: false, detail });
const unknown = (detail: string): Finding => ({ unknown: true, detail });

const names: Record<ValidityKind, string> = {
  "no-load": "load was generated",
  interrupted: "the load ran to its intended end",
  "no-steady-window": "all processes were steady at the same time",
  "lost-host": "no host was lost",
  saturated: `no generator had a core above ${saturatedPercent} % for ${formatMs(saturatedForMs)}`,
  "udp-drops": "no generator dropped packets",
  clock: "all hosts have known clocks and started on time",
  coverage: "enough was sampled",
  "no-source": "every threshold that was set has a source",
};

const findings: Record<ValidityKind, (result: Result) => Finding> = {
  "no-load": ({ totals }) =>
    known(
      `${formatCount(totals.participants.joined)} of ${formatCount(totals.participants.intended)} participants joined`,
    ),
  interrupted: ({ thresholds }) => {
    const by = thresholds.find(({ sliding }) => sliding?.aborted === true);
    return known(
      by === undefined
        ? "it was not ended early"
        : `the threshold on ${by.metric} ended it, as it was told to; all was measured until then`,
    );
  },
  "no-steady-window": ({ phases }) =>
    phases.steady ? known(`steady for ${formatMs(phases.steady.durationMs)}`) : unknown("no steady window"),
  "lost-host": ({ totals }) =>
    known(`${formatCount(totals.hosts.finished)} of ${formatCount(totals.hosts.intended)} hosts finished`),
  saturated: saturation,
  "udp-drops": udpDrops,
  clock: clocks,
  coverage: ({ coverage, phases, kubernetes }) => {
    const detail = [
      shareText("host samples", coverage.hostSamples),
      shareText("server room polls", coverage.roomPolls),
      shareText("metrics scrapes", coverage.scrapes),
      ...(coverage.kubernetesPolls ? [shareText("Kubernetes answers", coverage.kubernetesPolls)] : []),
    ].join(", ");
    const lacking = kubernetes?.coverage.lacking ?? [];
    if (lacking.length > 0) return unknown([detail, ...lacking].join("; "));
    return coverage.hostSamples && phases.steady ? known(detail) : unknown(detail);
  },
  "no-source": ({ thresholds }) => {
    const users = thresholds.filter(({ origin }) => origin === "user");
    const set = users.length;
    const unjudged = users.filter(({ status }) => status === "not judged").length;
    if (unjudged > 0) return unknown(`${unjudged} of ${set} could not be judged`);
    return known(set === 0 ? "none was set; only the defaults apply" : `${set} set, each with a source`);
  },
};

/** All checks, broken ones with their reasons. */
export function validityChecks(result: Result): ValidityCheck[] {
  const isWithoutLoad = result.verdict.reasons.some(({ kind }) => kind === "no-load");
  return (Object.keys(names) as ValidityKind[]).map((kind) => {
    const reasons = result.verdict.reasons.filter((reason) => reason.kind === kind);
    if (reasons.length > 0) {
      return { kind, name: names[kind], status: "broken", detail: reasons.map(({ text }) => text).join("; ") };
    }
    if (isWithoutLoad)
      return { kind, name: names[kind], status: "unknown", detail: "there was no load to check it on" };
    const finding = findings[kind](result);
    return { kind, name: names[kind], status: finding.unknown ? "unknown" : "held", detail: finding.detail };
  });
}

/** Whether something taints every figure of the run: then even a threshold that seems to hold proves nothing. */
export function isTainted({ verdict }: Result): boolean {
  return verdict.status === "invalid" && verdict.reasons.some(({ kind }) => tainting.has(kind));
}

/** The hosts that were meant to generate load. */
export function usedHosts(result: Result): HostResult[] {
  return result.hosts.filter(({ status }) => status !== "unused");
}

/** The host whose busiest core was busiest in the steady window; undefined when no host has such a figure. */
export function busiestHost(result: Result): (HostResult & { maxCorePercent: number }) | undefined {
  let busiest: (HostResult & { maxCorePercent: number }) | undefined;
  for (const host of usedHosts(result)) {
    const { maxCorePercent } = host;
    if (maxCorePercent !== null && (busiest === undefined || maxCorePercent > busiest.maxCorePercent)) {
      busiest = { ...host, maxCorePercent };
    }
  }
  return busiest;
}

function saturation(result: Result): Finding {
  const busiest = busiestHost(result);
  if (!busiest) return unknown("no host has core samples in the steady window");
  const core = busiest.maxCore === null ? "" : `, core ${busiest.maxCore}`;
  const detail = `busiest core ${formatPercent(busiest.maxCorePercent)} (${busiest.name}${core})`;
  return withGaps(result, ({ maxCorePercent }) => maxCorePercent === null, detail);
}

function udpDrops(result: Result): Finding {
  const hosts = usedHosts(result);
  const counted = hosts.filter(
    ({ udpRcvbufErrors, udpSndbufErrors }) => udpRcvbufErrors !== null && udpSndbufErrors !== null,
  );
  if (counted.length === 0) return unknown("no host has UDP counters");
  const receive = counted.reduce((sum, { udpRcvbufErrors }) => sum + (udpRcvbufErrors ?? 0), 0);
  const send = counted.reduce((sum, { udpSndbufErrors }) => sum + (udpSndbufErrors ?? 0), 0);
  const detail = `${formatCount(receive)} receive and ${formatCount(send)} send buffer errors`;
  return withGaps(result, (host) => host.udpRcvbufErrors === null || host.udpSndbufErrors === null, detail);
}

function clocks(result: Result): Finding {
  const errors = usedHosts(result).flatMap(({ clockBefore }) => (clockBefore ? [clockBefore.errorMs] : []));
  if (errors.length === 0) return unknown("no host's clock was measured");
  return withGaps(
    result,
    ({ clockBefore }) => clockBefore === null,
    `each known within ± ${formatMs(Math.max(...errors))}`,
  );
}

function withGaps(result: Result, isMissing: (host: HostResult) => boolean, detail: string): Finding {
  const hosts = usedHosts(result);
  const missing = hosts.filter(isMissing);
  if (missing.length === 0) return known(detail);
  const names = missing.slice(0, 3).map(({ name }) => name);
  const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : "";
  return unknown(`${detail}; not measured on ${names.join(", ")}${more}`);
}

/** `host samples 99.8 % (2,994 of 3,000)`, or that there are none. */
export function shareText(what: string, share: Share | null): string {
  if (!share) return `${what}: not measured`;
  return `${what} ${formatShare(share.value)} (${formatCount(share.part)} of ${formatCount(share.whole)})`;
}
